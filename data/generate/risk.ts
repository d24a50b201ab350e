import type { Activity } from "./activity.ts";
import type { Subscription } from "./subscription.ts";
import type { User } from "./user.ts";

const fewWatchHours = 30;

/** Churn in the first month follows who the user is: log-odds as a logistic regression of the real export gave them. */
export function riskOfProfile(user: User, subscription: Subscription): number {
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
export function riskOfActivity(activity: Activity): number {
  let risk = 0.11;
  if (activity.watchHours < fewWatchHours) risk += 0.12;
  if (activity.tickets > 0) risk += 0.13;
  if (activity.failedPayments > 0) risk += 0.14;
  return risk;
}
