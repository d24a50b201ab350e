import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { usageError } from "../../core/errors.ts";
import { isLacking } from "../../core/month.ts";
import { isDraft } from "../../files/draft.ts";
import { indexPath, monthPath, runPath, tablePath, up } from "../document/paths.ts";
import { script } from "../document/script.ts";
import { style } from "../document/style.ts";
import { shown } from "../document/text.ts";
import type { Asked } from "../gather/ask.ts";
import { newestBefore } from "../gather/moves.ts";
import type { Place } from "../gather/place.ts";
import { beforeOf, gatherRun, newerOf } from "../gather/run.ts";
import type { SiteEvidence } from "../gather/site.ts";
import { indexPage } from "../pages/index.tsx";
import { monthPage, monthParts } from "../pages/month.tsx";
import { runPage } from "../pages/run.tsx";
import { tablePage } from "../pages/table.tsx";
import { writeChanged } from "./output.ts";

/** What the pages of a site were made of: those of which nothing changed are not made again. */
const listPath = "pages.json";

/** By the path of each page, a digest of what it is made of; null for those that are made each time. */
type Pages = Record<string, string | null>;

/** Write the pages of all there is into a folder, as far as they changed; resolves to the one to open first. */
export async function writeSite(folder: string, asked: Asked, place: Place, site: SiteEvidence): Promise<string[]> {
  const before = await pagesIn(folder);
  // Whoever comes while it is written, or after it was not to its end, finds it to be ours, and makes each page anew.
  await writeList(folder, Object.fromEntries(Object.keys(before).map((path) => [path, null])));
  const pages: Pages = {};
  const make = async (path: string, parts: unknown, text: () => string | Promise<string>) => {
    const made = parts === null ? null : digestOf([parts, place, style, script]);
    pages[path] = made;
    const isThere = made !== null && before[path] === made && (await Bun.file(join(folder, path)).exists());
    if (!isThere) await writeChanged(join(folder, path), await text());
  };
  const profiles = [...site.profiles.values()].flat();
  const newest = site.runs.find(({ status }) => status === "published");
  await severalAtOnce(site.runs, async (run) => {
    const seals = site.snapshots.filter((seal) => seal.run === run.run);
    const profiled = profiles.filter((one) => one.run === run.run && one.columns !== null).map(({ table }) => table);
    // What later ones leave of it: where its rows are now, whether it stands, and what it can still be held against.
    const against = newestBefore(run.as_of, site.snapshots);
    const standing = [run === newest, newerOf(run, site.runs)?.run ?? null, against];
    await make(runPath(run.run), [run, seals, profiled, standing, beforeOf(run, site.runs)], async () =>
      runPage(await gatherRun(asked, run.run, site, { compares: false, profiles }), place, crumbsOf(run, place)),
    );
  });
  for (const entry of site.months.filter((one) => !isLacking(one))) {
    const parts = monthParts(site, entry);
    await make(monthPath(entry.month), parts, () => monthPage(parts, place));
  }
  for (const table of place.dataset.tables)
    await make(tablePath(table.table), null, () => tablePage(table, site, place));
  await make(indexPath, null, () => indexPage(site, place));
  await removeOthers(folder, before, pages);
  await writeList(folder, pages);
  return [join(folder, indexPath)];
}

/** Pages are drawn here while others are asked for there. */
const atOnce = 4;

async function severalAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function crumbsOf({ month, run }: { month: string; run: number }, { dataset }: Place) {
  return [
    { text: shown(dataset.name), href: `${up}${indexPath}` },
    { text: shown(month), href: `${up}${monthPath(month)}` },
    { text: `run ${run}` },
  ];
}

/** The pages that were written here before. Throws where the folder holds what is not ours: an index might be written over. */
async function pagesIn(folder: string): Promise<Pages> {
  const list = Bun.file(join(folder, listPath));
  const known: unknown = (await list.exists()) ? await list.json().catch(() => null) : null;
  if (typeof known === "object" && known !== null) return known as Pages;
  const held = await readdir(folder).catch(() => []);
  if (held.every(isDraft)) return {};
  throw usageError(
    `${folder} holds something else than a site of reports.`,
    "Name a folder that is empty, or not there yet.",
  );
}

function writeList(folder: string, pages: Pages): Promise<void> {
  return writeChanged(join(folder, listPath), `${JSON.stringify(pages, null, 1)}\n`);
}

/** Pages of what is not there any more. */
async function removeOthers(folder: string, before: Pages, now: Pages): Promise<void> {
  const gone = Object.keys(before).filter(
    (path) => !(path in now) && /^(months|runs|tables)\/[\w-]+\.html$/.test(path),
  );
  await Promise.all(gone.map((path) => rm(join(folder, path), { force: true })));
}

function digestOf(parts: unknown): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
