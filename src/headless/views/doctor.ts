import { exitCodes } from "../../core/errors.ts";
import type { Check } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import type { ConvertedTable } from "../../core/messages/seals.ts";
import { escapeControl } from "../../core/text.ts";
import { figures, parts, tableColumn, tableOfAny } from "./columns.ts";
import type { Style } from "./output.ts";
import { type Column, table, type View } from "./table.ts";

const styles: Record<Check["state"], Style> = { ok: "green", warn: "yellow", fail: "red" };

const columns: Column<Check>[] = [
  { title: "CHECK", cell: ({ name }) => name },
  { title: "STATE", cell: ({ state }) => state, style: ({ state }) => styles[state] },
  { title: "FOUND", cell: ({ detail }) => detail, flexible: true },
];

/** `doctor`: what a run needs, how it stands, and how to mend it. */
export const doctorView = {
  text({ checks }, look) {
    // Remedies are to be read in full, so they are not squeezed into a column.
    const remedies = checks.map(({ name, remedy }) =>
      remedy === null ? "" : `${look.paint("cyan", `${name}:`)} ${escapeControl(remedy)}\n`,
    );
    return parts([table(columns, checks, look), remedies.join("")]);
  },
  exitCode: ({ checks }) => (checks.some(({ state }) => state === "fail") ? exitCodes.failure : exitCodes.done),
} satisfies View<Replies["doctor"]>;

const convertedColumns: Column<ConvertedTable>[] = [tableColumn("CONVERTED"), ...figures("partitions", "rows")];

/** `doctor --partition-snapshots`: the checks, and the tables that were partitioned. */
export const partitionView: View<Replies["partition"]> = {
  json: ({ checks, converted }) => ({ checks, converted }),
  text: (reply, look) => parts([doctorView.text(reply, look), tableOfAny(convertedColumns, reply.converted, look)]),
  note: ({ converted }) => (converted.length === 0 ? "There was no snapshot table to convert." : null),
  exitCode: doctorView.exitCode,
};
