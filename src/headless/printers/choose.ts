import type { RunRequest } from "../../core/requests.ts";
import type { Context } from "../command.ts";
import { failures } from "./failures.ts";
import { jsonLines } from "./json.ts";
import { lines, notices } from "./lines.ts";
import { type Printer, together } from "./printer.ts";
import { results } from "./results.ts";

/** Results on stdout, everything else on stderr: as JSON, as little as possible, as live bars, or as plain lines. */
export async function printerFor(
  { output: { out, err }, json, quiet }: Context,
  request: RunRequest,
): Promise<Printer> {
  const told = failures(err);
  if (json) return together(quiet ? [jsonLines(out), told] : [jsonLines(out), notices(err), told]);
  if (quiet) return told;
  const summary = results(out, request);
  if (!err.isTerminal || process.env.TERM === "dumb") return together([lines(err), summary, told]);
  const { live } = await import("./live.ts");
  return together([live(err), summary, told]);
}
