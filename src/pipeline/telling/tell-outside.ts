import { version } from "../../../package.json";
import type { EventOf, RunEvent } from "../../core/messages/events.ts";
import type { RunDetail } from "../../core/messages/listings.ts";
import type { RunRequest } from "../../core/messages/requests.ts";
import { commandOfRequest } from "../../core/messages/run-command.ts";
import { type Settings, settingFlags } from "../../core/settings.ts";
import { whyUnwritten } from "../../files/draft.ts";
import { accountOf, type Ending } from "../../outlets/account.ts";
import { deliver } from "../../outlets/notify/deliver.ts";
import { isWanted, receiverOf } from "../../outlets/notify/rules.ts";
import { usualPace } from "../../outlets/post.ts";
import { publications } from "../../postgres/ledger/queries.ts";
import { browseRun } from "../answers/browse.ts";
import { type LackingMonth, lackingMonths } from "../drop/due.ts";
import { numbersOf, today } from "../drop/lacking.ts";
import { dropsOnDisk } from "../drop/months.ts";
import { readDataset } from "../session/dataset.ts";
import type { Session } from "../session/session.ts";

/** One request that is over, for those outside. */
export interface Over {
  settings: Settings;
  request: RunRequest;
  /** null where the database could not be reached. */
  session: Session | null;
  /** Is told what could not be told: that is a warning of the run, and never its failure. */
  warn(text: string): void;
  /** Ends the tries of those outside. */
  signal?: AbortSignal;
}

/** How a run ended, for those outside; null for what is no news to them: a dry run, a month that is as it was, another try. */
export function endingIn(event: RunEvent, { dry_run }: Pick<RunRequest, "dry_run">): Ending | null {
  if (dry_run) return null;
  if (event.event === "run.finished" && event.status === "published") {
    return { run: event.run, month: event.month, at: event.at, failure: null };
  }
  return event.event === "run.failed" ? failedEnding(event) : null;
}

function failedEnding({ run, month, at, ...failure }: EventOf<"run.failed">): Ending {
  return { run, month: month ?? null, at, failure };
}

/** How a run ended that could not tell it itself, as the ledger has it. */
export function endingOf({ run, month, finished_at, failure }: RunDetail): Ending {
  return { run, month, at: finished_at ?? new Date().toISOString(), failure };
}

/** `told`: what was told of the runs that were asked for. */
export async function tellOutside(over: Over, endings: readonly Ending[], told: readonly RunEvent[]): Promise<void> {
  const lacking = over.session === null ? [] : await lackingIn(over.session).catch(() => []);
  const work = {
    "Nobody was notified of the run": () => notifyAll(over, endings, lacking),
    [`Metrics were not written to ${over.request.metrics}`]: () => measure(over, told, lacking),
  };
  for (const [what, done] of Object.entries(work)) {
    await done().catch((thrown) => over.warn(`${what}: ${whyUnwritten(thrown)}`));
  }
}

async function notifyAll(over: Over, endings: readonly Ending[], lacking: readonly LackingMonth[]): Promise<void> {
  const { settings, session, request, warn, signal } = over;
  const dataset = session?.dataset ?? (await readDataset(settings).catch(() => null));
  const receiver = receiverOf(dataset?.notify, process.env);
  if (receiver === null) return;
  const flags = settingFlags(settings, process.env);
  for (const ending of endings) {
    const detail =
      session === null || ending.run === null ? null : await browseRun(session, ending.run).catch(() => null);
    const again = ending.month === null ? request : { ...request, selection: { months: [ending.month] } };
    const account = accountOf(ending, detail, {
      dataset: dataset?.name ?? "",
      database: session?.database ?? "",
      lacking: lacking.map(({ month, due_since }) => ({ month, due_since })),
      again: commandOfRequest(again, flags),
      console: version,
    });
    const pace = { ...usualPace, signal };
    const why = isWanted(account, receiver) ? await deliver(receiver, { event: "run", ...account }, pace) : null;
    if (why !== null) warn(`Nobody was notified of ${account.month ?? "the run"}: ${why}.`);
  }
}

async function measure({ request, session }: Over, told: readonly RunEvent[], lacking: readonly LackingMonth[]) {
  // Without a database there is nothing to measure, and a file that gets old tells that.
  if (request.metrics === undefined || session === null) return;
  const [{ writeMetrics }, { figuresOf }] = await Promise.all([
    import("../../outlets/metrics.ts"),
    import("./figures.ts"),
  ]);
  await writeMetrics(request.metrics, await figuresOf(session, told, lacking));
}

async function lackingIn(session: Session): Promise<LackingMonth[]> {
  const { sql, dataset } = session;
  const known = [...(await dropsOnDisk(session, true)), ...(await publications(sql, dataset.name))];
  return lackingMonths(numbersOf(known.map(({ month }) => month)), dataset, today());
}
