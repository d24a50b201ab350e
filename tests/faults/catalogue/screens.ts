import { keys, openScreen, pipelineOf, type Screen } from "../../helpers/terminal.ts";
import { environmentIn, program, type Working } from "../console.ts";
import { waitsFor } from "../provoking.ts";
import type { Trial } from "../trial.ts";
import type { Fault } from "./fault.ts";

/** The console as a user has it, at the question whether to run the month. */
async function aboutToRun(trial: Trial): Promise<Screen> {
  const screen = openScreen([...program, ...trial.lease.words], { env: environmentIn(trial.shop) });
  await screen.shows("month_001");
  screen.type(":");
  await screen.shows("choices");
  screen.type("run month_001");
  await screen.shows("▸ run month_001");
  screen.type(keys.enter);
  await screen.shows("Run month_001?");
  return screen;
}

/** Nothing can be read of what it ends with. */
function workingIn(screen: Screen): Working {
  return {
    pid: screen.pid,
    says: async (text) => void (await screen.shows(text)),
    signal: screen.kill,
    outcome: screen.exited.then((code) => ({ code, stdout: "", stderr: "" })),
    pipeline: () => pipelineOf(screen.pid),
  };
}

/** The terminal UI, and what becomes of the terminal that it is in. */
export const screens: readonly Fault[] = [
  {
    name: "the terminal UI's terminal disappears in a run",
    async provoke(trial) {
      const screen = await aboutToRun(trial);
      screen.type(keys.enter);
      const { working, go } = await waitsFor(trial, "usage_agg_30d", workingIn(screen));
      screen.hangUp();
      const outcome = await working.outcome;
      await go();
      await screen.close();
      return outcome;
    },
    expected: { exit: null },
  },
];
