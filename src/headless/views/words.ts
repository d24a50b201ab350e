import type { Warning } from "../../core/messages/events.ts";
import { isRejecting, type KeptVerdict } from "../../core/messages/verdicts.ts";
import { escapeControl } from "../../core/text.ts";
import type { Style } from "./output.ts";

/** Red for what rejects a drop. */
export function verdictStyle(judged: Pick<KeptVerdict, "verdict" | "severity">): Style {
  if (judged.verdict === "passed") return "green";
  return isRejecting(judged) ? "red" : "yellow";
}

/** What does not stop a run, on one line. */
export function warningLine({ title, hint }: Warning): string {
  return `warning: ${escapeControl(`${title} ${hint}`)}`;
}
