import { dirname, join } from "node:path";
import { type Pipeline, startPipeline } from "../client/pipeline.ts";
import { headline } from "../client/run-words.ts";
import { isTriedAgain } from "../client/state.ts";
import { type Settings, settingFlags } from "../core/settings.ts";
import { escapeControl } from "../core/text.ts";
import { tellAside } from "./aside.ts";
import { type CommandLine, noCommandLine, reported } from "./command-line.ts";
import { announcement, mouseReports } from "./device/announce.ts";
import { keepChoices, readChoices } from "./device/choices.ts";
import { editFile } from "./device/editor.ts";
import { keepRowsOfInk } from "./device/kept-rows.ts";
import { askBackground, isLight, keyboardOn, type Told } from "./device/keyboard.ts";
import { untilWoken } from "./device/suspend.ts";
import { canTellBackground, clipboardSequence, sizeOf, watchEndings } from "./device/terminal.ts";
import { lookOf } from "./drawing/theme.ts";
import { createHands } from "./effects.ts";
import { beginning } from "./model/beginning.ts";
import { type Effect, isRunning, type Trouble, type Ui } from "./model/model.ts";
import { readOwn } from "./own/read.ts";
import { createStore, type Store } from "./store.ts";

interface TuiOptions {
  /** Already started, so that it gets ready while the screen is loaded. */
  pipeline?: Pipeline;
  /** How to start one; called again after it died. */
  start?: (settings: Settings) => Pipeline;
  commandLine?: CommandLine;
  /** False for no colours, as $NO_COLOR does. */
  colour?: boolean;
  /** Milliseconds between two looks at the ledger while nothing goes on. */
  idlePause?: number;
}

/** Milliseconds between two looks at the ledger, and between two ticks of a run's clock. */
const usualIdlePause = 2_500;
const runPause = 500;
/** Milliseconds that the pipeline may take to roll back and leave. */
const closePatience = 8_000;

/**
 * The console on the terminal, until the user leaves it; resolves to the exit code. Whatever ends it, be it a signal, an
 * error of ours or a lost pipeline, the terminal is left as it was.
 */
export async function runTui(settings: Settings, options: TuiOptions = {}): Promise<number> {
  // At once: a key that comes while the screen is loaded would be echoed into it, and Ctrl-Z would stop us.
  process.stdin.setRawMode(true);
  if (canTellBackground(process.env, options.colour ?? true)) process.stdout.write(askBackground);
  const start = options.start ?? startPipeline;
  const pipeline = options.pipeline ?? start(settings);
  const endings = watchEndings(() => hands.pipeline().kill());
  const perform = (effect: Effect) => hands.perform(effect);
  const { commandLine = noCommandLine } = options;
  const store = createStore({ ...firstState(settings, options.colour ?? true), lines: commandLine.lines }, perform);
  /** Of what the command line has to say. */
  const columns = () => store.latest().size.columns - 6;
  const hands = createHands(
    {
      startPipeline: () => start(settings),
      copy: (text) => void process.stdout.write(clipboardSequence(text)),
      remember: (choices) => keepChoices(settings.home, choices),
      mouse: (isOn) => void process.stdout.write(isOn ? mouseReports.on : mouseReports.off),
      announce: (text) => void process.stdout.write(announcement(text)),
      edit: (path, line) => screen?.lend(() => editFile(process.env, path, line)),
      report: async (request, of) => reported(request, await commandLine.report(request, of)),
      understand: (line) => commandLine.understand(line, columns()),
      words: (request, result) => commandLine.words(request, result, columns()),
      suspend: () => screen?.suspend(hands.pipeline().pid),
      quit: endings.end,
      dispatch: store.dispatch,
    },
    pipeline,
  );
  // Asks for what the first screen needs.
  store.dispatch({ type: "tick" });
  let screen: Awaited<ReturnType<typeof putUp>> | null = null;
  try {
    screen = await putUp(store, options.idlePause ?? usualIdlePause, endings.fail);
  } catch (thrown) {
    endings.fail(thrown);
  }
  const { code, error } = await endings.ended;
  hands.letGo();
  screen?.takeDown();
  leaveRawMode();
  if (error !== null) tell(error);
  await endRun(store, closePipeline(hands.pipeline()));
  endings.release();
  return code;
}

function firstState(settings: Settings, colour: boolean): Ui {
  const look = lookOf(process.env);
  const { colours, ...own } = readOwn(settings.home, process.env);
  return beginning({
    size: sizeOf(process.stdout),
    look: { ...look, colours, ...(!colour && { depth: "none" }) },
    own,
    now: Date.now(),
    choices: readChoices(settings.home),
    data: settings.data,
    flags: settingFlags(settings, process.env),
  });
}

/** Draws the store on the terminal and listens to it. */
async function putUp(store: Store, idlePause: number, fail: (thrown: unknown) => void) {
  // React reads it when it is first loaded, so no module that holds JSX may be imported before: its development build
  // is several times slower, and half of one and half of the other draws nothing at all.
  process.env.NODE_ENV = "production";
  loadThrottleAlone();
  const { mount } = await import("./app.tsx");
  await keepRowsOfInk();
  const resized = () => store.dispatch({ type: "resize", size: sizeOf(process.stdout) });
  // Before ink's own listener, so that the new size is drawn at once.
  process.stdout.on("resize", resized);
  const hear = (told: Told) => {
    if ("button" in told) {
      const { isDown, ...press } = told;
      if (isDown) store.dispatch({ type: "mouse", ...press });
      return;
    }
    const isLightOne = isLight(told.colour);
    if (isLightOne !== null) store.dispatch({ type: "background", isLight: isLightOne });
  };
  const mounted = mount(store, keyboardOn(process.stdin, hear));
  mounted.gone.catch(fail);
  const aside = tellAside(store);
  // Not needed for the first frame, and slow to load.
  import("./components/table.tsx").then(({ loadTable }) => loadTable()).catch(fail);
  const stopTicking = tick(store, idlePause);
  /** Gives the terminal to another program for as long as that takes. */
  const lend = (work: () => Promise<string | null>) =>
    void mounted
      .lend(async () => {
        aside.pause();
        const trouble = await work();
        aside.begin();
        if (trouble !== null) store.dispatch({ type: "notice", text: trouble });
      })
      .then(resized)
      .catch(fail);
  return {
    /** Back to the shell for a while. */
    suspend: (pipeline: number) => lend(() => untilWoken(pipeline)),
    lend,
    /** Leaves the terminal as it was. */
    takeDown() {
      stopTicking();
      aside.pause();
      aside.end();
      process.stdout.off("resize", resized);
      mounted.unmount();
      store.close();
      process.stdin.pause();
    },
  };
}

/**
 * ink takes one function of es-toolkit, by way of a list of all its hundreds of modules, which takes longer to load than ink
 * and React do. Where the list is another one, it is loaded as it is.
 */
function loadThrottleAlone(): void {
  const list = /[\\/]es-toolkit[\\/]dist[\\/]compat[\\/]index\.mjs$/;
  const own = "./function/throttle.mjs";
  Bun.plugin({
    name: "throttle alone",
    setup(build) {
      build.onLoad({ filter: list }, async ({ path }) => {
        const isThere = await Bun.file(join(dirname(path), own)).exists();
        const contents = isThere ? `export { throttle } from "${own}";` : await Bun.file(path).text();
        return { contents, loader: "js" };
      });
    },
  });
}

/** What is found in the state, as soon as it is there. */
function first<Found>(store: Store, find: (ui: Ui) => Found | null): Promise<Found> {
  const { promise, resolve } = Promise.withResolvers<Found>();
  const look = () => {
    const found = find(store.latest());
    if (found === null) return;
    stop();
    resolve(found);
  };
  const stop = store.subscribe(look);
  look();
  return promise;
}

function tick(store: Store, idlePause: number): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = () => {
    timer = setTimeout(beat, isRunning(store.latest()) ? runPause : idlePause);
  };
  const beat = () => {
    // By now what is drawn is drawn again and again.
    Bun.unsafe.setJITPolicy(1);
    store.dispatch({ type: "tick" });
    wait();
  };
  wait();
  return () => clearTimeout(timer);
}

/** A terminal that is gone has no mode any more. */
function leaveRawMode(): void {
  try {
    process.stdin.setRawMode(false);
  } catch {
    // The hangup has told it already.
  }
}

/** Leaving ends a run: which one is waited for, and how it ended, is the last that is said. */
async function endRun(store: Store, closing: Promise<void>): Promise<void> {
  const { live } = store.latest();
  if (live === null || live.outcome !== null) return closing;
  const say = (line: string) => process.stderr.write(`${escapeControl(line)}\n`);
  say(`Ending the run${live.current === null ? "" : ` of ${live.current.month}`} …`);
  const over = first(store, (ui) => (ui.live?.outcome ? ui.live : null));
  const [after] = await Promise.all([over, closing]);
  const end = after.current?.end;
  for (const before of after.past) if (!isTriedAgain(before)) say(headline(before));
  if (after.current != null && end != null) say(headline(after.current));
  else if (after.outcome !== null && "title" in after.outcome) tell(after.outcome);
  if (end?.event === "run.failed")
    say(`${end.hint}${end.left === undefined ? "" : ` Not run: ${end.left.join(", ")}.`}`);
}

function tell({ title, hint }: Trouble): void {
  process.stderr.write(`${escapeControl(title)}\n${escapeControl(hint)}\n`);
}

/** A run that is going on is rolled back by the end of its input; what does not leave in time is ended. */
async function closePipeline(pipeline: Pipeline): Promise<void> {
  const timer = setTimeout(() => pipeline.kill(), closePatience);
  await pipeline.close().catch(() => pipeline.kill());
  clearTimeout(timer);
}
