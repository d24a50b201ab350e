import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ReportRequest } from "../core/messages/report.ts";
import { fileName } from "./document/paths.ts";
import { writeGx } from "./files/gx.ts";
import { junitOf } from "./files/junit.ts";
import { writePage } from "./files/output.ts";
import { writeSite } from "./files/site.ts";
import type { Asked } from "./gather/ask.ts";
import type { Place } from "./gather/place.ts";
import { gatherRun, listed } from "./gather/run.ts";
import { gatherSite } from "./gather/site.ts";
import { runOf } from "./gather/subject.ts";
import { runPage } from "./pages/run.tsx";

/** Ask for all that is needed, and write it; resolves to the paths of what was written. */
export async function write(
  { subject, out, junit, gx }: ReportRequest,
  asked: Asked,
  placing: Promise<Place>,
  tell: (text: string) => void,
): Promise<string[]> {
  if (subject === "all") return writeSite(out ?? "", asked, ...(await Promise.all([placing, gatherSite(asked)])));
  const [place, all] = await Promise.all([placing, listed(asked)]);
  const run = await runOf(asked, subject, place, all.runs);
  const evidence = await gatherRun(asked, run, all);
  const written: string[] = [];
  if (out !== null) {
    const path = await fileAt(out, `${fileName(evidence.detail.month)}-run-${run}.html`);
    await writePage(path, runPage(evidence, place));
    written.push(path);
  }
  if (junit !== null) {
    await writePage(junit, junitOf(evidence, place));
    written.push(junit);
  }
  if (gx !== null) {
    const results = await asked.call({ kind: "results", run });
    if (results.tables.length > 0) written.push(await writeGx(gx, evidence.detail, results, place));
    else tell(`Run ${run} kept no result of an expectation: there is nothing to write for Great Expectations.`);
  }
  return written;
}

/** The path itself, or in a folder that is there a file of that name. */
async function fileAt(path: string, name: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder || path.endsWith("/") ? join(path, name) : path;
}
