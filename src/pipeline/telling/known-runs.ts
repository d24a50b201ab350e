import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileOfRuns, type KnownRun, runsIn, textOfRuns } from "../../core/home/known-runs.ts";
import type { RunEvent } from "../../core/messages/events.ts";
import type { RunEntry } from "../../core/messages/listings.ts";
import type { Settings } from "../../core/settings.ts";

/** Keeps in the home which runs there are. No home is made for that, and nothing fails of it. */

/** All of them, as the ledger has just listed them. */
export function keepRuns(settings: Settings, runs: readonly RunEntry[]): Promise<void> {
  return keep(
    settings,
    runs.map(({ run, month, status }) => ({ run, about: `${month}, ${status}` })),
  );
}

/** Those that have just ended, beside those that are known. */
export async function addRuns(settings: Settings, ended: ReadonlyMap<number, string>): Promise<void> {
  if (ended.size === 0) return;
  const text = await Bun.file(join(settings.home, fileOfRuns))
    .text()
    .catch(() => "");
  const others = runsIn(text, settings).filter(({ run }) => !ended.has(run));
  await keep(settings, [...others, ...[...ended].map(([run, about]) => ({ run, about }))]);
}

/** What is to be known of a run by its events so far. */
export function noteRun(ended: Map<number, string>, event: RunEvent): void {
  if (event.run === null) return;
  if (event.event === "run.started") ended.set(event.run, event.month);
  else if (event.event === "run.finished" || event.event === "run.failed") {
    const month = event.month ?? ended.get(event.run) ?? "";
    ended.set(
      event.run,
      [month, event.event === "run.failed" ? event.code.replaceAll("_", " ") : event.status].filter(Boolean).join(", "),
    );
  }
}

/** In place, so that nothing else is left of a process that is killed over it: a line that is cut short is no run. */
async function keep(settings: Settings, runs: readonly KnownRun[]): Promise<void> {
  const { home } = settings;
  if (!existsSync(home)) return;
  // A home that cannot be written to is told of by whoever needs it.
  await Bun.write(join(home, fileOfRuns), textOfRuns(runs, settings)).catch(() => undefined);
}
