import { type Pipeline, startPipeline } from "./client/pipeline.ts";
import { areShippedMonths } from "./client/project.ts";
import type { RunState } from "./client/state.ts";
import { type Subprocess, spawnPipeline } from "./client/subprocess.ts";
import { exitCodes, toConsoleError } from "./core/errors.ts";
import { learnSecrets } from "./core/secrets/secrets.ts";
import { embedded, resolveSettings, type Settings } from "./core/settings.ts";
import { escapeControl } from "./core/text.ts";
import type { Invocation } from "./headless/arguments.ts";
import { commands, linesToType } from "./headless/commands.ts";
import { refuseMisplaced } from "./headless/misplaced.ts";
import type { OwnRequest } from "./headless/own-answers.ts";
import { readPlain } from "./headless/plain.ts";
import { printError } from "./headless/views/faults.ts";
import { type Output, standardOutput } from "./headless/views/output.ts";
import { refuseUnwritable } from "./headless/writable.ts";
import type { CommandLine } from "./tui/command-line.ts";
import { obstacle } from "./tui/device/terminal.ts";

/**
 * The program: do what the command line asks and resolve to the exit code. `subprocess` is the pipeline's process, if it
 * has been started already; it is ended when it turns out that none is needed.
 */
export async function main(
  argv: readonly string[],
  subprocess: Subprocess | null,
  spawn: () => Subprocess = spawnPipeline,
): Promise<number> {
  learnSecrets(argv, process.env);
  let unused = subprocess;
  const connect = (settings: Settings) => {
    const child = unused ?? spawn();
    unused = null;
    return startPipeline(settings, child);
  };
  // Looked for before the command line is understood, since a complaint about it is coloured, too.
  const colour = !argv.includes("--no-color");
  const output = standardOutput(colour);
  try {
    const code = await dispatch(argv, output, connect);
    await output.out.flush();
    return code;
  } catch (thrown) {
    const error = toConsoleError(thrown);
    output.err.write(printError(error, output.err.paint));
    return error.exitCode;
  } finally {
    // What was printed before an error counts, too; that it cannot be printed was told above, if it can be told at all.
    await Promise.allSettled([output.out.flush(), output.err.flush()]);
    unused?.kill("SIGKILL");
  }
}

async function dispatch(
  argv: readonly string[],
  output: Output,
  connect: (settings: Settings) => Pipeline,
): Promise<number> {
  refuseMisplaced(argv);
  const invocation = readPlain(argv) ?? (await parsed(argv));
  if (invocation.kind === "text") {
    output.out.write(invocation.text);
    return exitCodes.done;
  }
  const { name, values } = invocation;
  // `db` is about the embedded server, whatever database is set: half a setting must keep nobody from stopping it.
  const settings = resolveSettings(name === "db" ? { ...values, database: embedded } : values, process.env);
  const { json = false, quiet = false } = values;
  const wantsScreens = name === null && !json && !quiet;
  if (wantsScreens && obstacle(process.env, process.stdin, process.stdout) === null) {
    // It gets ready while the screen is loaded.
    const pipeline = connect(settings);
    const { runTui } = await import("./tui/main.ts");
    const commandLine = { lines: linesToType(), ...onScreens(settings) };
    return runTui(settings, { pipeline, start: connect, commandLine, colour: !argv.includes("--no-color") });
  }
  const request = commands[name ?? "months"].request(invocation);
  if (request.kind === "completion" || request.kind === "manual") {
    output.out.write(await ownAnswer(request, settings));
    return exitCodes.done;
  }
  if (request.kind === "run" || request.kind === "report") await refuseUnwritable(request, values.report);
  const pipeline = connect(settings);
  // What goes on is no error; a question waits for an answer and is none of these.
  pipeline.heed((text, isTrouble) => (quiet && !isTrouble) || output.err.write(`${text}\n`));
  const context = { output, json, quiet };
  // While it gets ready.
  if (request.kind === "report") {
    const { performReport } = await import("./report/perform.ts");
    return performReport(request, pipeline, context);
  }
  if (request.kind !== "run") {
    const { answer } = await import("./headless/answer.ts");
    return answer(request.kind, request, pipeline, context);
  }
  const { performRun } = await import("./headless/run.ts");
  if (!quiet && areShippedMonths(settings.data))
    output.err.write(`months: those that come with the console, in ${settings.data}\n`);
  const { report, verbose = false } = values;
  const runs: number[] = [];
  const over = (states: readonly RunState[]) => void runs.push(...states.flatMap(({ run }) => run ?? []));
  try {
    return await performRun(request, pipeline, { ...context, verbose, over });
  } finally {
    if (report !== undefined) await writePages(runs, report, () => connect(settings), context);
  }
}

/** What the screens have of the command line, each loaded when it is first used. */
function onScreens({ home }: Settings): Omit<CommandLine, "lines"> {
  return {
    async understand(line, columns) {
      const request = (await import("./headless/typed.ts")).understood(line, columns);
      if (request.kind === "run" || request.kind === "report") await refuseUnwritable(request);
      return request;
    },
    words: async (request, result, columns) => (await import("./headless/typed.ts")).toldOf(request, result, columns),
    async report(request, asked) {
      const { writeReport } = await import("./report/main.ts");
      const { out, junit, gx } = request;
      const isNowhere = out === null && junit === null && gx === null;
      return writeReport(isNowhere ? { ...request, out: `${home}/reports/` } : request, asked);
    },
  };
}

/** What needs no database, and is there at once. */
async function ownAnswer(request: OwnRequest, settings: Settings): Promise<string> {
  if (request.kind === "manual") return (await import("./headless/manual.ts")).manual();
  return (await import("./headless/completion.ts")).completion(request.of, settings);
}

/**
 * Pages of runs that are over. That they could be written was seen before the run; what keeps them from it now is a warning, and
 * changes nothing of how the runs ended.
 */
async function writePages(
  runs: readonly number[],
  path: string,
  start: () => Pipeline,
  { output, quiet }: { output: Output; quiet: boolean },
): Promise<void> {
  const say = (text: string) => quiet || output.err.write(`${text}\n`);
  if (runs.length === 0) return void say(`No report was written: there is no run that the ledger knows of.`);
  try {
    const { reportRuns } = await import("./report/perform.ts");
    for (const written of await reportRuns([...new Set(runs)], path, start())) say(`report: ${written}`);
  } catch (thrown) {
    const why = toConsoleError(thrown).title.replace(/\.$/, "");
    const elsewhere = `\`report --run ${runs.at(-1)} --out FILE\` writes it elsewhere`;
    output.err.write(
      `warning: No report was written: ${escapeControl(why)}. What the run came to stays; ${elsewhere}.\n`,
    );
  }
}

/** What the command line says, by the parser that knows every way to write it, and what to say of one that is wrong. */
async function parsed(argv: readonly string[]): Promise<Invocation> {
  const [{ parseArguments }, { version }] = await Promise.all([
    import("./headless/arguments.ts"),
    import("../package.json", { with: { type: "json" } }),
  ]);
  const commit = argv.includes("--version") ? (await import("./client/commit.ts")).ownCommit() : null;
  return parseArguments(argv, commit === null ? version : `${version} (commit ${commit})`);
}
