import type { ReportRequest } from "../core/messages/report.ts";
import type { RequestOf } from "../core/messages/requests.ts";
import type { ShownKind } from "./answer.ts";
import type { Flag, Parameter, Values } from "./flags.ts";
import type { OwnRequest } from "./own-answers.ts";

/** What the user wrote: the words behind the command's name, and the flags. */
export interface Input {
  words: readonly string[];
  values: Values;
}

/** One thing the command line can do. */
export interface Command {
  summary: string;
  parameters?: readonly Parameter[];
  flags?: readonly Flag[];
  /** What is written behind the program's name, and what that does. */
  examples: Readonly<Record<string, string>>;
  /** What the pipeline is asked. Throws a usage error when the input does not make a request. */
  request(input: Input): RequestOf<"run" | ShownKind> | ReportRequest | OwnRequest;
}
