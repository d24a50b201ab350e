import { formatCount, formatCounted } from "../../core/format.ts";
import { describeGroup } from "../../core/messages/fault-words.ts";
import type { DropCheck } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import { escapeControl } from "../../core/text.ts";
import { filtered } from "../tools/filter.ts";
import { remember } from "../tools/remember.ts";
import type { Finding } from "./known.ts";
import type { PlaceOf, Ui } from "./model.ts";

/** What `doctor` and `check` found, as one list. */
export function findingsIn(reply: Replies["doctor" | "check"]): Finding[] {
  return "checks" in reply ? reply.checks : reply.drops.flatMap(ofDrop);
}

function ofDrop({ month, files, fault_count, fault_groups, warnings, reject_file }: DropCheck): Finding[] {
  const rows = files.reduce((sum, file) => sum + (file.rows ?? 0), 0);
  const sound = `sound: ${formatCounted(files.length, "file")}, ${formatCount(rows)} rows`;
  const where = reject_file === null ? null : `Every fault is in ${reject_file}.`;
  const faulty = formatCounted(fault_count, "fault");
  return [
    {
      name: month,
      state: fault_count === 0 ? "ok" : "fail",
      detail: fault_count === 0 ? sound : faulty,
      remedy: where,
    },
    ...fault_groups.map(
      (group): Finding => ({ name: group.file, state: "fail", detail: describeGroup(group), remedy: null }),
    ),
    ...warnings.map(({ title, hint }): Finding => ({ name: month, state: "warn", detail: title, remedy: hint })),
  ];
}

/** The lines of an answer, each in as many rows as it takes: what is cut short cannot be read. */
export const answerLines = remember(
  (ui: Ui, { line, list }: PlaceOf<"answer">) => [ui.told[line]?.text ?? "", ui.size.columns, list.filter],
  (text, columns, filter) => {
    const lines = text.replace(/\n+$/, "").split("\n");
    const whole = text.trim() === "" ? [] : filtered(lines, (line) => line, filter);
    return whole.flatMap((line) =>
      Bun.wrapAnsi(escapeControl(line), columns - 4, { hard: true, trim: false }).split("\n"),
    );
  },
);

/** Null while they are not known. */
export function findingsShown(ui: Ui, { request, list }: PlaceOf<"findings">): Finding[] | null {
  const found = ui.findings[JSON.stringify(request)];
  return found === undefined
    ? null
    : filtered(found, ({ name, state, detail }) => `${name} ${state} ${detail}`, list.filter);
}
