import { openFile } from "../client/open-file.ts";
import type { Pipeline } from "../client/pipeline.ts";
import { ConsoleError } from "../core/errors.ts";
import type { ReportRequest } from "../core/messages/report.ts";
import type { Replies } from "../core/messages/requests.ts";
import type { TypedLine, TypedRequest } from "./model/known.ts";
import type { Ask } from "./model/model.ts";

/** The command line as the screens have it from whoever puts them up: what is typed after : is in its words. */
export interface CommandLine {
  /** To choose from. */
  lines: readonly TypedLine[];
  /** What a line asks for, help in so many columns; rejects with how to write it. */
  understand(line: string, columns: number): Promise<TypedRequest>;
  /** An answer as it prints it. */
  words(request: Ask, result: Replies[Ask["kind"]], columns: number): Promise<string>;
  /** Writes a report, in the home where no place is named; resolves to the paths of it. */
  report(request: ReportRequest, pipeline: Pipeline): Promise<string[]>;
}

/** Of a screen that was put up by itself. */
export const noCommandLine: CommandLine = {
  lines: [],
  understand: notHere,
  words: notHere,
  report: notHere,
};

async function notHere(): Promise<never> {
  throw new ConsoleError("internal", "That is not here.", { hint: "The command line has it." });
}

/** A page in the home is to be looked at; what was named is for something else. */
export async function reported({ out, junit, gx }: ReportRequest, paths: readonly string[]): Promise<string> {
  const [path = ""] = paths;
  if (out !== null || junit !== null || gx !== null) return `Wrote ${paths.join(", ")}.`;
  return (await openFile(path)) ? `Opened ${path}.` : `Wrote ${path}: open it in a browser.`;
}
