import { type Deed, type Plan, pointMet } from "./inject/plan.ts";
import { complaintsAfter, complaintsAtEnd } from "./oracle/judge.ts";
import type { Place } from "./places/place.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { knownOf, Trial } from "./trial.ts";

/** What came of one fault. */
export interface Verdict {
  name: string;
  complaints: string[];
}

/** Something to be tried at a place; null when there is nothing left of its kind. */
export type Try = (place: Place) => Promise<Verdict | null>;

const deeds = ["kill", "throw", "cut"] as const satisfies readonly Deed[];

/** Points of a way: the first one, and how far it is from one to the next. */
interface Points {
  from: number;
  every: number;
}

/** A deed at points of each scenario's way, until it comes by no more. */
export function* sweep({ only, ...points }: Points & { only(name: string): boolean }): Generator<Iterator<Try>> {
  for (const scenario of Object.values(scenarios)) {
    for (const deed of deeds) if (only(`sweep: ${deed}, ${scenario.name}`)) yield alongTheWay(scenario, deed, points);
  }
}

/** Ends once a try has come to the end of the way; those that are under way by then go on. */
function* alongTheWay(scenario: Scenario, deed: Deed, { from, every }: Points): Generator<Try> {
  let isThrough = false;
  for (let at = from; !isThrough; at += every) {
    yield async (place) => {
      const verdict = await meet(place, scenario, deed, at);
      if (verdict === null) isThrough = true;
      return verdict;
    };
  }
}

async function meet(place: Place, scenario: Scenario, deed: Deed, at: number): Promise<Verdict | null> {
  const known = await knownOf(place, scenario);
  const trial = await Trial.open(place, scenario);
  try {
    const plan: Plan = { deed, at, folder: trial.shop.folder };
    const outcome = await trial.run(plan).outcome;
    const met = pointMet(plan);
    if (met === null) return null;
    const name = `sweep: ${deed}, ${scenario.name}, at ${met.trim().slice(0, 100)}`;
    const scene = trial.scene(known);
    const after = await complaintsAfter(scene, outcome);
    const atEnd = await complaintsAtEnd(scene, await trial.again());
    return { name, complaints: [...after, ...atEnd] };
  } finally {
    await trial.close();
  }
}
