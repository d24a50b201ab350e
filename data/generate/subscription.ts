import { Dice, streams } from "./random.ts";
import { type Contract, type Segment, segmentSteps, segments } from "./segments.ts";

export interface Subscription {
  tenure: number;
  tv: boolean;
  movies: boolean;
  contract: Contract;
  paperless: boolean;
  /** Both in twentieths of a dollar: the export rounds to five cents. */
  fee: number;
  paid: number;
  service: Segment["service"];
}

export const perDollar = 20;

const longer = { "Month-to-month": "One year", "One year": "Two year", "Two year": "Two year" } as const;
const renewalRebate = 0.05;
const planFee = 10;
const extraFee = 5;

/**
 * Prices in dollars. `spread`: deviation of the price two like customers pay. `stray`: how far the sum paid is from
 * months × fee after one month; it grows with the root of the months.
 */
const offers = {
  DSL: { base: 25, phone: 20, phoneShare: 0.73, extras: 5, spread: 0.8, stray: 10.4 },
  "Fiber optic": { base: 70, phone: 0, phoneShare: 0, extras: 5, spread: 1.1, stray: 13.5 },
  No: { base: 20, phone: 0, phoneShare: 0, extras: 1, spread: 0.5, stray: 6.5 },
};

/** The subscription of the user at `index` in the month when first seen. */
export function subscriptionOf(seed: number, index: number, joined: number): Subscription {
  const dice = new Dice(seed, index, streams.subscription);
  const segment = segments[dice.step(segmentSteps)] ?? segments[0];
  const plan = dice.step(segment.plans);
  const tenure = joined > 0 ? 1 : quantile(segment.tenure, dice.uniform());
  const fee = Math.round(monthlyDollars(segment, plan, dice) * perDollar);
  return {
    tenure,
    tv: plan >= 2,
    movies: plan % 2 === 1,
    contract: segment.contract,
    paperless: dice.chance(segment.paperless),
    fee,
    paid: paidSoFar(fee, tenure, offers[segment.service].stray * perDollar * dice.normal()),
    service: segment.service,
  };
}

/** With the next longer contract, and a lower fee. */
export function renew(subscription: Subscription): void {
  subscription.contract = longer[subscription.contract];
  subscription.fee = Math.round(subscription.fee * (1 - renewalRebate));
}

/** With one of the streaming plans more or less, where there is a service for them. */
export function changePlan(subscription: Subscription, plan: "tv" | "movies"): void {
  if (subscription.service === "No") return;
  subscription.fee += (subscription[plan] ? -planFee : planFee) * perDollar;
  subscription[plan] = !subscription[plan];
}

/** A month later. */
export function payMonth(subscription: Subscription): void {
  subscription.tenure++;
  subscription.paid += subscription.fee;
}

function monthlyDollars(segment: Segment, plan: number, dice: Dice): number {
  const offer = offers[segment.service];
  let dollars = offer.base + offer.spread * dice.normal();
  if (dice.chance(offer.phoneShare)) dollars += offer.phone;
  if (plan >= 2) dollars += planFee;
  if (plan % 2 === 1) dollars += planFee;
  for (let extra = 0; extra < offer.extras; extra++) if (dice.chance(segment.extras)) dollars += extraFee;
  return dollars;
}

function paidSoFar(fee: number, tenure: number, stray: number): number {
  if (tenure <= 1) return fee * tenure;
  return Math.max(fee, Math.round(fee * tenure + stray * Math.sqrt(tenure)));
}

/** The whole number at `share` between evenly spaced quantiles. */
function quantile(quantiles: readonly number[], share: number): number {
  const place = share * (quantiles.length - 1);
  const below = quantiles[Math.floor(place)] ?? 0;
  const above = quantiles[Math.floor(place) + 1] ?? below;
  return below + Math.floor((above - below + 1) * (place % 1));
}
