import { activityOf, type Life } from "./activity.ts";
import { firstMoves, joinMonth, type Population } from "./population.ts";
import { Dice, streams } from "./random.ts";
import type { Contract } from "./segments.ts";
import { changePlan, payMonth, renew, subscriptionOf } from "./subscription.ts";
import { userOf } from "./user.ts";

/** Chance to leave in a month: what is drawn here is what most of the labels of the month before said. */
const leaveChance: Record<Contract, number> = { "Month-to-month": 0.03, "One year": 0.009, "Two year": 0.003 };
/** Whoever was there from the start leaves in the third month by what the label of the second said, which came first. */
const firstLeaveChance = { churned: 0.085, stays: 0.002 };
const renewalChance = 0.01;
const planChance = 0.012;

/** Undefined once the user has left. Each month that has passed is one more that was paid. */
export function lifeOf(population: Population, index: number, month: number): Life | undefined {
  const { seed } = population;
  const joined = joinMonth(population, index);
  const subscription = subscriptionOf(seed, index, joined);
  const life = { user: userOf(seed, index, joined, subscription.tenure), subscription, leaves: false };
  // What the second month's labels say was drawn before anybody left.
  if (month < firstMoves) return life;
  const dice = new Dice(seed, index, streams.life);
  for (let passed = Math.max(firstMoves, joined + 1); passed <= month + 1; passed++) {
    const drawn = dice.uniform();
    const isFirst = passed === firstMoves && joined === 0;
    const leaves = isFirst ? leavesFirst(seed, index, drawn, life) : drawn < leaveChance[subscription.contract];
    if (passed > month) return { ...life, leaves };
    if (leaves) return undefined;
    if (dice.chance(renewalChance)) renew(subscription);
    if (dice.chance(planChance)) changePlan(subscription, dice.chance(0.5) ? "tv" : "movies");
    payMonth(subscription);
  }
  return life;
}

/** The label is looked at only where it decides. */
function leavesFirst(seed: number, index: number, drawn: number, before: Life): boolean {
  const { churned, stays } = firstLeaveChance;
  return drawn < stays || (drawn < churned && activityOf(seed, index, firstMoves - 1, before).churned);
}
