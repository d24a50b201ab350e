import { Dice, poisson, streams } from "./random.ts";
import { perDollar, type Subscription } from "./subscription.ts";
import type { User } from "./user.ts";

/** A user as of one month. */
export interface Life {
  user: User;
  subscription: Subscription;
  /** Gone in the month after. */
  leaves: boolean;
}

/** What a user did, as one month's drop tells it. */
export interface Activity {
  watchHours: number;
  devices: number;
  skips: number;
  rebuffers: number;
  failedPayments: number;
  tickets: number;
  /** Tenths of an hour; null where it was not told. */
  resolution: number | null;
  churned: boolean;
}

/** The export has carried one fleet-wide average in this column for every user of every month. */
export const sessionMinutes = "28.73641950218734";

/** Share of the first month's watch hours in each month of the year, before each user's own noise: summer is low. */
const season = [1, 0.98, 0.95, 0.91, 0.87, 0.84, 0.83, 0.85, 0.89, 0.94, 0.99, 1.03];
const watchNoise = 0.03;
const skipSteps = poisson(5);
const rebufferSteps = poisson(2);
const moreRebufferSteps = poisson(0.3);
const ticketSteps = poisson(0.3);
const failedPaymentSteps = [0.847, 0.992];
const failedPaymentChance = 0.029;
const ticketChance = 0.051;
const fewWatchHours = 30;
/** Payments and tickets count over 90 days: this month and the two before. */
const windowMonths = 3;

/** Who leaves in the month after was labelled before, but for a few. */
const knownLeaving = 0.92;

export function activityOf(seed: number, index: number, month: number, life: Life): Activity {
  const { user, subscription, leaves } = life;
  const habits = new Dice(seed, index, streams.habits);
  const activity: Activity = {
    watchHours: 19.8 + (0.152 * subscription.fee) / perDollar + 5 * habits.normal(),
    devices: 1 + habits.below(3),
    skips: habits.step(skipSteps),
    rebuffers: habits.step(rebufferSteps) + Number(subscription.service === "DSL"),
    failedPayments: habits.step(failedPaymentSteps),
    tickets: habits.step(ticketSteps),
    resolution: Math.max(10, Math.round(100 + 40 * habits.normal())),
    churned: false,
  };
  for (let passed = Math.max(1, month - windowMonths + 1); passed <= month; passed++) {
    const events = new Dice(seed, index, streams.events + passed);
    if (events.chance(failedPaymentChance)) activity.failedPayments++;
    if (events.chance(ticketChance)) activity.tickets++;
    if (passed < month) continue;
    activity.watchHours *= (season[month % season.length] ?? 1) * (1 + watchNoise * events.normal());
    activity.rebuffers += events.step(moreRebufferSteps);
  }
  const risk = leaves ? knownLeaving : month === 0 ? riskOfProfile(user, subscription) : riskOfActivity(activity);
  activity.churned = new Dice(seed, index, streams.churn + month).chance(risk);
  return activity;
}

/** Churn in the first month follows who the user is: log-odds as a logistic regression of the real export gave them. */
function riskOfProfile(user: User, subscription: Subscription): number {
  const { contract, service, tenure } = subscription;
  let odds = -2.21;
  if (contract === "One year") odds -= 0.82;
  if (contract === "Two year") odds -= 1.91;
  if (service === "Fiber optic") odds += 1.08;
  if (service === "No") odds -= 0.96;
  if (subscription.paperless) odds += 0.44;
  if (user.senior) odds += 0.33;
  if (user.dependents) odds -= 0.16;
  return 1 / (1 + Math.exp(-(odds + oddsOfTenure(tenure))));
}

function oddsOfTenure(months: number): number {
  if (months <= 6) return 1.88;
  if (months <= 12) return 1.06;
  if (months <= 24) return 0.72;
  return months <= 48 ? 0.36 : 0;
}

/** In later months it follows what the user does instead, as it does in the real export's second month. */
function riskOfActivity(activity: Activity): number {
  let risk = 0.11;
  if (activity.watchHours < fewWatchHours) risk += 0.12;
  if (activity.tickets > 0) risk += 0.13;
  if (activity.failedPayments > 0) risk += 0.14;
  return risk;
}

const longer = 1.3;
const untold = 0.15;

/** As if somebody had changed what is measured, and lost some of it. */
export function drifted(seed: number, index: number, month: number, activity: Activity): Activity {
  const isLost = new Dice(seed, index, streams.drift + month).chance(untold);
  const { watchHours, resolution } = activity;
  return { ...activity, watchHours: longer * watchHours, resolution: isLost ? null : resolution };
}
