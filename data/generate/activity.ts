import { Dice, poisson, streams } from "./random.ts";
import { riskOfActivity, riskOfProfile } from "./risk.ts";
import { perDollar, type Subscription } from "./subscription.ts";
import type { User } from "./user.ts";

/** What a user did, as one month's drop tells it. */
export interface Activity {
  watchHours: number;
  devices: number;
  skips: number;
  rebuffers: number;
  failedPayments: number;
  tickets: number;
  /** Tenths of an hour. */
  resolution: number;
  churned: boolean;
}

/** The export has carried one fleet-wide average in this column for every user of every month. */
export const sessionMinutes = "28.73641950218734";

/** Share of the first month's watch hours that is left in each month of the year, before each user's own noise. */
const season = [1, 0.98, 0.97, 0.96, 0.95, 0.95, 0.96, 0.97, 0.98, 0.99, 1, 1.01];
const watchNoise = 0.03;
const skipSteps = poisson(5);
const rebufferSteps = poisson(2);
const moreRebufferSteps = poisson(0.3);
const ticketSteps = poisson(0.3);
const failedPaymentSteps = [0.847, 0.992];
const failedPaymentChance = 0.029;
const ticketChance = 0.051;
/** Payments and tickets count over 90 days: this month and the two before. */
const windowMonths = 3;

export function activityOf(
  seed: number,
  index: number,
  month: number,
  user: User,
  subscription: Subscription,
): Activity {
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
  const risk = month === 0 ? riskOfProfile(user, subscription) : riskOfActivity(activity);
  activity.churned = new Dice(seed, index, streams.churn + month).chance(risk);
  return activity;
}
