import type { Outcome } from "../headless/process.ts";
import { startConsole, type Working, type Workshop, workshop } from "./console.ts";
import { environmentOf, type Plan } from "./inject/plan.ts";
import type { Known, Scene } from "./oracle/judge.ts";
import { lastRun, stateOf } from "./oracle/state.ts";
import type { Lease, Place } from "./places/place.ts";
import type { Scenario } from "./scenarios.ts";

/** A database, folders, and the consoles that are run on them, for one fault. */
export class Trial {
  #runsBefore = 0;
  /** The rows that a run has to leave which publishes nothing, where others wrote to them once it had begun. */
  leftByOthers: string | null = null;

  private constructor(
    readonly place: Place,
    readonly scenario: Scenario,
    readonly lease: Lease,
    readonly shop: Workshop,
  ) {}

  static async open(place: Place, scenario: Scenario): Promise<Trial> {
    const shop = workshop();
    scenario.write(shop.drops);
    const trial = new Trial(place, scenario, await place.lease(scenario.content), shop);
    trial.#runsBefore = (await lastRun(trial.lease.sql))?.run ?? 0;
    return trial;
  }

  /** A console with any words. */
  start(words: readonly string[], env: Record<string, string> = {}): Working {
    return startConsole(this.shop, words, env);
  }

  /** The scenario's own run; `plan` is met by its pipeline. */
  run(plan?: Plan, more: readonly string[] = []): Working {
    const words = [...this.scenario.words, ...this.lease.words, ...more];
    return this.start(words, plan === undefined ? {} : environmentOf(plan));
  }

  again(): Promise<Outcome> {
    return this.run().outcome;
  }

  scene(known: Known): Scene {
    const { lease, shop, scenario } = this;
    return { lease, shop, known, runsBefore: this.#runsBefore, done: scenario.done };
  }

  async close(): Promise<void> {
    await this.lease.drop();
    this.shop.remove();
  }
}

const known = new WeakMap<Place, Map<string, Promise<Known>>>();

/** What a scenario's database is before, and after a run that nothing happens to. */
export function knownOf(place: Place, scenario: Scenario): Promise<Known> {
  const ofPlace = known.get(place) ?? new Map<string, Promise<Known>>();
  known.set(place, ofPlace);
  const found = ofPlace.get(scenario.name) ?? find(place, scenario);
  ofPlace.set(scenario.name, found);
  return found;
}

async function find(place: Place, scenario: Scenario): Promise<Known> {
  const trial = await Trial.open(place, scenario);
  const before = await stateOf(trial.lease.sql);
  const { code, stderr } = await trial.again();
  if (code !== 0) throw new Error(`${scenario.name} fails without a fault:\n${stderr}`);
  const after = await stateOf(trial.lease.sql);
  const afterRestamp = await stateOf(trial.lease.sql, false);
  await trial.close();
  return { before, after, afterRestamp };
}
