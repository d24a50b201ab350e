import type { RunEvent } from "../core/messages/events.ts";
import type { Replies, RequestKind, RequestOf } from "../core/messages/requests.ts";
import type { Settings } from "../core/settings.ts";
import type { Waiting } from "../postgres/embedded/waiting.ts";
import { whileUndivided } from "./session/cluster.ts";
import type { Reached } from "./session/reach.ts";
import type { LedgerSession, Session } from "./session/session.ts";
import { keepRuns } from "./telling/known-runs.ts";
import { tellIfWanted } from "./telling/wanted.ts";

export type OnEvent = (event: RunEvent) => void;

export type Answers<Kinds extends RequestKind> = {
  [Kind in Kinds]: (request: RequestOf<Kind>, onEvent: OnEvent) => Promise<Replies[Kind]>;
};

/** What answers are made with. */
export interface Means {
  reach(): Promise<Reached>;
  open(): Promise<Session>;
  /** The same for what asks the ledger alone. */
  openLedger(): Promise<LedgerSession>;
  wait(): Waiting;
  /** Is told what could not be told to those outside. */
  warn(text: string): void;
  /** What an answer does not wait for, and leaving does. */
  meanwhile(work: Promise<unknown>): void;
}

/**
 * What a request needs is loaded by the first of its kind, while the session is opened: to load code takes longer than most
 * answers do.
 */
export function answersOf(
  settings: Settings,
  { reach, open, openLedger, wait, warn, meanwhile }: Means,
): Answers<Exclude<RequestKind, "run" | "cancel">> {
  /** The session is begun first: the server has its own to do while code is loaded here. */
  const having = <Module>(load: () => Promise<Module>) => Promise.all([open(), load()]);
  const havingLedger = <Module>(load: () => Promise<Module>) => Promise.all([openLedger(), load()]);
  /** The same for what reads rows of the tables, which a cluster commits on one node after the other. */
  const reading = async <Module, Result>(
    load: () => Promise<Module>,
    read: (session: Session, module: Module) => Promise<Result>,
  ) => {
    const [session, module] = await having(load);
    return whileUndivided(session, wait(), () => read(session, module));
  };
  const browsing = () => import("./answers/browse.ts");
  return {
    async months() {
      return reading(
        () => import("./answers/months.ts"),
        (session, { browseMonths }) => browseMonths(session),
      );
    },
    async snapshots() {
      return reading(browsing, (session, { browseSnapshots }) => browseSnapshots(session));
    },
    async runs() {
      const [session, { browseRuns }] = await havingLedger(browsing);
      const listed = await browseRuns(session);
      meanwhile(keepRuns(settings, listed.runs));
      return listed;
    },
    async show({ run }) {
      const [session, { browseRun }] = await havingLedger(browsing);
      return browseRun(session, run);
    },
    async history({ run, every }) {
      const [session, { browseHistory }] = await havingLedger(browsing);
      return browseHistory(session, run, every);
    },
    async observed() {
      const [session, { browseObserved }] = await havingLedger(browsing);
      return browseObserved(session);
    },
    async results({ run }) {
      const [session, { browseResults }] = await havingLedger(() => import("./suites/results.ts"));
      return browseResults(session, run);
    },
    async dataset() {
      const [session, { browseDataset }] = await having(browsing);
      return browseDataset(session);
    },
    async samples({ run, position }) {
      const [session, { browseSamples }] = await having(() => import("./answers/unexpected/samples.ts"));
      return browseSamples(session, run, position);
    },
    async values(request) {
      return reading(
        () => import("./answers/unexpected/values.ts"),
        (session, { browseValues }) => browseValues(session, request),
      );
    },
    async verify({ as_of }) {
      return reading(
        () => import("./answers/verify.ts"),
        (session, { verifySeals }) => verifySeals(session, as_of),
      );
    },
    async retire({ as_of }) {
      const [session, { retireSnapshots }] = await having(() => import("./answers/retire.ts"));
      return retireSnapshots(session, as_of, wait());
    },
    async profile(request) {
      const [session, { browseProfiles }] = await having(() => import("./answers/profiles/read.ts"));
      return browseProfiles(session, request);
    },
    async profiling() {
      return reading(
        () => import("./answers/profiles/take.ts"),
        (session, { profileSnapshots }) => profileSnapshots(session),
      );
    },
    async export(request) {
      return reading(
        () => import("./answers/training/export.ts"),
        (session, { exportTrainingSet }) => exportTrainingSet(session, request),
      );
    },
    async feast(request) {
      const [session, { writeFeastRepository }] = await having(() => import("./answers/training/feast.ts"));
      return writeFeastRepository(session, request);
    },
    async compare({ from, to }) {
      return reading(
        () => import("./answers/compare.ts"),
        (session, { compareSnapshots }) => compareSnapshots(session, from, to),
      );
    },
    async validate(request) {
      return reading(
        () => import("./session/suites.ts"),
        (session, { validateNamedTable }) => validateNamedTable(session, request),
      );
    },
    async propose(request) {
      const [session, { initSuite }] = await having(() => import("./suites/propose.ts"));
      return initSuite(session, request);
    },
    async init(request) {
      const { initDataset } = await import("./init/dataset.ts");
      return initDataset(settings, request, (text) => wait().tell(text));
    },
    async suites() {
      const [session, { browseSuites }] = await having(() => import("./suites/fits.ts"));
      return { suites: await browseSuites(session) };
    },
    async check(request) {
      const [session, { checkDrops }] = await having(() => import("./answers/check.ts"));
      return checkDrops(session, request);
    },
    async suggest(request) {
      const [session, { suggestDrop }] = await having(() => import("./answers/written/suggest.ts"));
      return suggestDrop(session, request);
    },
    async doctor({ check_data = false, notify = false }) {
      const { doctor } = await import("./answers/doctor.ts");
      const checks = await doctor(settings, open, check_data);
      if (!notify) return { checks };
      const { sendWord } = await import("./telling/send-word.ts");
      return { checks: [...checks, await sendWord(settings)] };
    },
    async partition() {
      const { partitionSnapshots } = await import("./answers/convert.ts");
      const { doctor } = await import("./answers/doctor.ts");
      const converted = await partitionSnapshots(await open());
      return { converted, checks: await doctor(settings, open) };
    },
    async distribute(request) {
      const [session, { distribute }] = await having(() => import("./answers/cluster/distribute.ts"));
      return distribute(session, request, wait());
    },
    async grants() {
      const [{ sql, dataset, tables }, { grantsScript }] = await having(() => import("../postgres/roles/grants.ts"));
      return { sql: await grantsScript(sql, dataset.name, tables) };
    },
    async adopt({ confirmed }) {
      return reading(
        () => import("./run/adopt.ts"),
        (session, { adopt }) => adopt(session, confirmed),
      );
    },
    async outcome({ run, request }) {
      const [session, { findOutcome }] = await having(() => import("./answers/outcome.ts"));
      const outcome = await findOutcome(session, run, request);
      if (!outcome.open) meanwhile(tellIfWanted({ settings, request, session, warn }, outcome.detail));
      return outcome;
    },
    database: async () => ({ database: (await reach()).database }),
    async db({ action }) {
      const { serverCommand } = await import("./server-command.ts");
      return serverCommand(settings.home, action, wait());
    },
  };
}
