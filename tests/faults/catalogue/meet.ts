import type { Outcome } from "../../headless/process.ts";
import { complaintsAfter, complaintsAtEnd } from "../oracle/judge.ts";
import { stateOf } from "../oracle/state.ts";
import type { Place } from "../places/place.ts";
import { scenarios } from "../scenarios.ts";
import type { Verdict } from "../sweep.ts";
import { knownOf, Trial } from "../trial.ts";
import type { Expected, Fault } from "./fault.ts";

/** Why a fault is not tried at a place; null where it is. */
export function obstacleAt(fault: Fault, place: Place): string | null {
  if (fault.on !== undefined && !fault.on.includes(place.kind)) return `not on a server that is ${place.kind}`;
  return fault.unless?.(place) ?? null;
}

/** Have a fault happen at a place, judge what is left, do what is advised, and run again. */
export async function meetFault(fault: Fault, place: Place): Promise<Verdict> {
  const scenario = fault.scenario ?? scenarios.next;
  const name = fault.name;
  try {
    const known = await knownOf(place, scenario);
    const trial = await Trial.open(place, scenario);
    try {
      await fault.arrange?.(trial);
      const before = fault.arrange === undefined ? known.before : await stateOf(trial.lease.sql);
      const outcome = await fault.provoke(trial);
      const scene = trial.scene({ ...known, before: trial.leftByOthers ?? before });
      const leniency = {
        isMute: fault.expected.exit === null,
        isDoneAllTheSame: fault.expected.isDoneAllTheSame === true,
        isAnswer: fault.expected.isAnswer === true,
        isOutOfReach: fault.expected.isOutOfReach === true,
      };
      const complaints = [...(await complaintsAfter(scene, outcome, leniency)), ...unexpected(fault.expected, outcome)];
      await fault.remedy?.(trial);
      const last = await (fault.again?.(trial) ?? trial.again());
      complaints.push(...(await complaintsAtEnd(trial.scene(known), last, fault.isRestamped)));
      return { name, complaints };
    } finally {
      await trial.close();
      await fault.clear?.(trial);
    }
  } catch (thrown) {
    return { name, complaints: [`could not be tried: ${thrown instanceof Error ? thrown.message : thrown}`] };
  }
}

/** How what was written and the exit code differ from what was to come. */
export function unexpected({ exit, says, isRetried }: Expected, { code, stdout, stderr }: Outcome): string[] {
  const complaints: string[] = [];
  const exits = exit === null ? [] : [exit].flat();
  if (exit !== null && !exits.includes(code ?? -1))
    complaints.push(`exit code ${code} in place of ${exits.join(" or ")}`);
  if (says !== undefined && !says.test(stdout + stderr)) complaints.push(`nothing of ${says} is said`);
  const wasRetried = / Try \d+ of \d+ begins in /.test(stdout + stderr) || stdout.includes('"event":"run.retried"');
  if (exit !== null && wasRetried !== (isRetried === true))
    complaints.push(wasRetried ? "it is tried again" : "no further try is told");
  if (complaints.length > 0) complaints.push(`said: ${wordsOf(stderr)}`);
  return complaints;
}

/** The lines of cause and remedy, or else the last ones. */
function wordsOf(stderr: string): string {
  const lines = stderr.trim().split("\n");
  const from = lines.findIndex((line) => line.startsWith("error: "));
  return lines
    .slice(from === -1 ? -3 : from)
    .join(" | ")
    .slice(0, 600);
}
