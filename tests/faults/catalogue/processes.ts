import type { Outcome } from "../../headless/process.ts";
import { childrenOf, gone } from "../../helpers/terminal.ts";
import { environmentIn, program } from "../console.ts";
import { moments, type Still, standsBefore, thenGoes, waitsFor } from "../provoking.ts";
import type { Trial } from "../trial.ts";
import { asIfNothing, type Expected, type Fault } from "./fault.ts";

/** What is done to a run that stands still by who wants it gone. */
type Doing = (still: Still, trial: Trial) => Promise<Outcome>;

const killConsole: Doing = async ({ working, go }) => {
  const pipeline = await working.pipeline();
  process.kill(working.pid, "SIGKILL");
  const outcome = await working.outcome;
  await gone(pipeline);
  await go();
  return outcome;
};

const killPipeline: Doing = async ({ working, go }) => {
  process.kill(await working.pipeline(), "SIGKILL");
  await go();
  return working.outcome;
};

const killBoth: Doing = async ({ working, go }) => {
  const pipeline = await working.pipeline();
  process.kill(pipeline, "SIGKILL");
  process.kill(working.pid, "SIGKILL");
  const outcome = await working.outcome;
  await go();
  return outcome;
};

const signalled =
  (signal: NodeJS.Signals): Doing =>
  async ({ working, go }) => {
    working.signal(signal);
    await working.says("Cancelling");
    await go();
    return working.outcome;
  };

/** The pipeline cannot hear the first wish. */
const twice: Doing = async ({ working, go }) => {
  process.kill(await working.pipeline(), "SIGSTOP");
  working.signal("SIGINT");
  await working.says("Cancelling");
  // What comes within half a second is the same wish.
  await Bun.sleep(600);
  working.signal("SIGINT");
  await go();
  return working.outcome;
};

const stopped =
  (who: "console" | "pipeline"): Doing =>
  async ({ working, go }) => {
    const pid = who === "console" ? working.pid : await working.pipeline();
    process.kill(pid, "SIGSTOP");
    await go();
    // To stand still for a while is what befalls it: there is nothing to wait for.
    await Bun.sleep(300);
    process.kill(pid, "SIGCONT");
    return working.outcome;
  };

const whileCopying = (trial: Trial) => standsBefore(trial, moments.copying);
const whileMerging = (trial: Trial) => waitsFor(trial, "usage_agg_30d");
const beforeCommit = (trial: Trial) => standsBefore(trial, 'statement insert into console\\."run_tables"');

const standing: Record<string, (trial: Trial) => Promise<Still>> = {
  "while it copies": whileCopying,
  "while it merges": whileMerging,
  "before its last words": beforeCommit,
};

/** `tooLate` is for those that come when the commit is under way, where that is another. */
function at(name: string, doing: Doing, expected: Expected, tooLate = expected): Fault[] {
  return Object.entries(standing).map(([where, reach]) => ({
    name: `${name} ${where}`,
    provoke: async (trial) => doing(await reach(trial), trial),
    expected: reach === beforeCommit ? tooLate : expected,
  }));
}

/** A console whose words go where a shell leads them. */
function inShell(script: string): Fault["provoke"] {
  return async (trial) => {
    const words = [...program, ...trial.scenario.words, ...trial.lease.words];
    const child = Bun.spawn(["sh", "-c", script, "sh", ...words], {
      env: environmentIn(trial.shop),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { stdout, stderr, code };
  };
}

/** In a terminal that is closed under it. */
const terminalGone: Fault["provoke"] = async (trial) => {
  const still = await waitsFor(trial, "usage_agg_30d", inTerminal(trial));
  const outcome = still.working.outcome;
  still.working.signal("SIGHUP");
  await still.go();
  return outcome;
};

function inTerminal(trial: Trial) {
  const words = [...program, ...trial.scenario.words, ...trial.lease.words];
  const child = Bun.spawn(words, {
    env: { ...environmentIn(trial.shop), TERM: "xterm-256color" },
    terminal: { cols: 80, rows: 24, data() {} },
  });
  return {
    pid: child.pid,
    says: async () => {},
    // Whatever the signal: it is the window that is closed.
    signal: () => child.terminal?.close(),
    outcome: child.exited.then(() => ({ code: child.exitCode, stdout: "", stderr: "" })),
    pipeline: async () => (await childrenOf(child.pid))[0] ?? 0,
  };
}

const interrupted: Expected = { exit: 130, says: /cancelled and rolled back/ };
const terminated: Expected = { exit: 143, says: /cancelled and rolled back/ };
const killed: Expected = { exit: 3, says: /ended by SIGKILL[\s\S]*Nothing was published[\s\S]*Run it again/ };
/** Nothing is waited for any more but the commit, which is told. */
const carriedOut: Expected = { exit: 0, says: /Too late to cancel/ };
const mute: Expected = { exit: null };

const all: Fault[] = [
  ...at("kill -9 of the console", killConsole, mute),
  ...at("kill -9 of the pipeline", killPipeline, killed),
  ...at("kill -9 of both", killBoth, mute),
  ...at("SIGINT", signalled("SIGINT"), interrupted, carriedOut),
  ...at("SIGTERM", signalled("SIGTERM"), terminated, carriedOut),
  ...at("SIGHUP", signalled("SIGHUP"), terminated, carriedOut),
  ...at("SIGINT twice, the pipeline deaf,", twice, { exit: 130, says: /ended by SIGKILL/ }),
  ...at("the console stopped for a moment", stopped("console"), asIfNothing),
  ...at("the pipeline stopped for a moment", stopped("pipeline"), asIfNothing),
  {
    name: "nobody reads stdout",
    provoke: inShell(`{ "$@"; echo "code $?" >&2; } | true`),
    expected: { exit: 0, says: /code 0/ },
  },
  {
    name: "stdout cannot be written",
    provoke: inShell(`"$@" > /dev/full`),
    expected: { exit: 3, says: /results could not be written/, isDoneAllTheSame: true },
  },
  { name: "stdout is closed", provoke: inShell(`"$@" >&-`), expected: asIfNothing },
  { name: "stderr is closed", provoke: inShell(`"$@" 2>&-`), expected: asIfNothing },
  { name: "stdin is closed", provoke: inShell(`"$@" <&-`), expected: asIfNothing },
  { name: "the terminal disappears", provoke: terminalGone, expected: mute },
  {
    name: "everything stands still before the commit, then goes on",
    provoke: async (trial) => thenGoes(await standsBefore(trial, 'statement insert into console\\."run_tables"')),
    expected: asIfNothing,
  },
];

const fixed =
  /^(kill -9 of the (console|pipeline) while it (copies|merges)|SIGINT while it merges|SIGTERM while it copies|nobody reads)/;

/** What happens to the console's own processes. */
export const processes: readonly Fault[] = all.map((fault) =>
  fixed.test(fault.name) ? { ...fault, isFixed: true } : fault,
);
