import { usageError } from "../core/errors.ts";
import type { ReportRequest } from "../core/messages/report.ts";
import type { Replies, Request, RequestKind, RequestOf } from "../core/messages/requests.ts";
import { isShown, type ShownKind, viewOf } from "./answer.ts";
import { type Invocation, parseArguments } from "./arguments.ts";
import { type CommandName, commands } from "./commands.ts";
import { globalFlags, type Values } from "./flags.ts";
import { refuseMisplaced } from "./misplaced.ts";
import { readPlain } from "./plain.ts";
import { plain } from "./views/output.ts";

/** The command line for who types it on the screens, in the very same words. */

type TypedRequest = RequestOf<"run" | ShownKind> | ReportRequest | { kind: "text"; text: string };

/** What it asks for, in so many columns where that is help. Throws a usage error that says how to write it. */
export function understood(line: string, columns: number): TypedRequest {
  const argv = wordsOf(line);
  refuseMisplaced(argv);
  const invocation: Invocation = readPlain(argv) ?? parseArguments(argv, "", columns);
  if (invocation.kind === "text") return invocation;
  const { name, words, values } = invocation;
  refuseElsewhere(values);
  const request = commands[name ?? "months"].request({ words, values: withConsent(name, values) });
  if (request.kind === "completion" || request.kind === "manual") {
    throw usageError("That is for a shell.", "Write it there.");
  }
  return request.kind === "report" && request.out === inTheHome ? { ...request, out: null } : request;
}

/** A page that is written nowhere else is written into the home. */
const inTheHome = "reports/";

/** What the command line wants --yes for, the screens ask; and a page needs no name there. */
function withConsent(name: CommandName | null, values: Values): Values {
  const isAsked = values.drop !== undefined || values.partitionSnapshots;
  const { out, junit, gx, all } = values;
  const isNowhere = name === "report" && !all && [out, junit, gx].every((place) => place === undefined);
  return { ...values, ...(isAsked && { yes: true }), ...(isNowhere && { out: inTheHome }) };
}

/** What a console that is there cannot do otherwise than it does. */
function refuseElsewhere(values: Values): void {
  const flag = [...Object.entries(globalFlags), ...ofRuns].find(([name]) => name in values)?.[1];
  if (flag === undefined) return;
  const [word = ""] = flag.syntax.split(" ");
  throw usageError(`${word} is for the command line.`, "Leave it out: these screens have their own.");
}

const ofRuns = [
  ["verbose", { syntax: "--verbose" }],
  ["report", { syntax: "--report" }],
] as const;

/** As a POSIX shell takes them, without anything that it would put in their place. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [whole] of line.matchAll(/(?:[^\s'"\\]|\\.|'[^']*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$))+/g)) {
    words.push(
      whole.replace(
        /'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)/g,
        (_, single?: string, double?: string, escaped?: string) =>
          single ?? double?.replace(/\\(["\\])/g, "$1") ?? escaped ?? "",
      ),
    );
  }
  return words;
}

/** An answer as the command line prints it, in so many columns; what it never asks for has no words there. */
export async function toldOf(request: Request, reply: Replies[RequestKind], columns: number): Promise<string> {
  const view = isShown(request.kind) ? await viewOf(request.kind, request as never) : null;
  if (view === null) return "";
  return view.text(reply as never, { columns, paint: plain }) + (view.note?.(reply as never) ?? "");
}
