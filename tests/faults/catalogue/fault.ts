import type { Outcome } from "../../headless/process.ts";
import type { Place } from "../places/place.ts";
import type { Scenario } from "../scenarios.ts";
import type { Trial } from "../trial.ts";

/** Something that goes wrong, how it is brought about, and what is to come of it. */
export interface Fault {
  name: string;
  /** What is run; the next month where nothing is said. */
  scenario?: Scenario;
  /** Servers that can meet it; all where nothing is said. */
  on?: readonly Place["kind"][];
  /** Why it cannot be met here; null where it can. */
  unless?: (place: Place) => string | null;
  /** One of those that the gate tries, since it is quick and unlike the others. */
  isFixed?: true;
  /** It comes to the same on every server: the gate tries it on one. */
  isAlike?: true;
  /** What somebody did to the database before: what it is then is what it was before the run. */
  arrange?(trial: Trial): Promise<unknown>;
  /** Run it, and have it happen. */
  provoke(trial: Trial): Promise<Outcome>;
  expected: Expected;
  /** Do what the words advise; the run is asked for again afterwards, whatever they are. */
  remedy?(trial: Trial): Promise<unknown>;
  /** What is run after the remedy, where it is not the same run. */
  again?(trial: Trial): Promise<Outcome>;
  /** At the very end, when its database is gone. */
  clear?(trial: Trial): Promise<unknown>;
  /** The remedy lifts seals, which is written down. */
  isRestamped?: true;
}

/** How the console that met it ends. */
export interface Expected {
  /** Null where it was killed itself, and can tell nothing. Several where it depends on who is first. */
  exit: number | null | readonly number[];
  /** In what it wrote, cause or remedy. */
  says?: RegExp;
  /** Published or not, though the exit code tells of something else that went wrong. */
  isDoneAllTheSame?: true;
  /** It is tried again by itself, and that is told: only where this is said, and always then. */
  isRetried?: true;
  /** What was asked is answered on stdout, and the exit code is a part of the answer. */
  isAnswer?: true;
  /** There is no server any more when the run ends: what is staged on it stays until the next run. */
  isOutOfReach?: true;
}

/** The run comes to its end as if nothing had been. */
export const asIfNothing: Expected = { exit: 0 };

/** What passes by itself is tried again, whole, and published then. */
export const triedAgain: Expected = { exit: 0, isRetried: true };
