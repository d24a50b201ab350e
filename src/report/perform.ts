import { join } from "node:path";
import type { Pipeline } from "../client/pipeline.ts";
import type { ReportRequest } from "../core/messages/report.ts";
import { shownJson } from "../core/text.ts";
import { writeReport } from "./main.ts";

/** Where a command's result goes, and in which form. */
interface Told {
  output: Record<"out" | "err", { write(text: string): void }>;
  json: boolean;
  quiet: boolean;
}

/** Write a report and say where it is; resolves to the exit code. Closes the pipeline. */
export async function performReport(request: ReportRequest, pipeline: Pipeline, told: Told): Promise<number> {
  try {
    const written = await writeReport(request, pipeline, (text) => told.output.err.write(`${text}\n`));
    if (told.json) told.output.out.write(`${shownJson({ written })}\n`);
    else if (!told.quiet) told.output.out.write(written.map((path) => `${path}\n`).join(""));
    return 0;
  } finally {
    await pipeline.close();
  }
}

const onlyPage = { kind: "report", junit: null, gx: null, values: null } as const;

/** A page of each run into a folder, or of the last of them into an .html file; resolves to the paths. Closes the pipeline. */
export async function reportRuns(runs: readonly number[], path: string, pipeline: Pipeline): Promise<string[]> {
  const places: { run: number; out: string }[] = /\.html?$/i.test(path)
    ? runs.slice(-1).map((run) => ({ run, out: path }))
    : runs.map((run) => ({ run, out: join(path, `run-${run}.html`) }));
  try {
    const written: string[] = [];
    for (const { run, out } of places) {
      written.push(...(await writeReport({ ...onlyPage, subject: { run }, out }, pipeline)));
    }
    return written;
  } finally {
    await pipeline.close();
  }
}
