import { formatCount, formatCounted } from "../../core/format.ts";
import { describeGroup } from "../../core/messages/fault-words.ts";
import type { DropCheck } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import { filtered } from "../tools/filter.ts";
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

/** Null while they are not known. */
export function findingsShown(ui: Ui, { request, list }: PlaceOf<"findings">): Finding[] | null {
  const found = ui.findings[JSON.stringify(request)];
  return found === undefined
    ? null
    : filtered(found, ({ name, state, detail }) => `${name} ${state} ${detail}`, list.filter);
}
