import { exitCodes } from "../../core/errors.ts";
import { formatCount } from "../../core/format.ts";
import type { Check } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import type { ConvertedTable } from "../../core/messages/seals.ts";
import { escapeControl } from "../../core/text.ts";
import type { Style } from "./output.ts";
import { type Column, table, type View } from "./table.ts";

const styles: Record<Check["state"], Style> = { ok: "green", warn: "yellow", fail: "red" };

const columns: Column<Check>[] = [
  { title: "CHECK", cell: ({ name }) => name },
  { title: "STATE", cell: ({ state }) => state, style: ({ state }) => styles[state] },
  { title: "FOUND", cell: ({ detail }) => detail, flexible: true },
];

/** `doctor`: what a run needs, how it stands, and how to mend it. */
export const doctorView: View<Replies["doctor"]> = {
  json: ({ checks }) => ({ checks }),
  text: ({ checks }, look) => {
    // Remedies are to be read in full, so they are not squeezed into a column.
    const remedies = checks.filter(({ remedy }) => remedy !== null);
    const lines = remedies.map(
      ({ name, remedy }) => `${look.paint("cyan", `${name}:`)} ${escapeControl(remedy ?? "")}\n`,
    );
    return `${table(columns, checks, look)}${lines.length === 0 ? "" : `\n${lines.join("")}`}`;
  },
  exitCode: ({ checks }) => (checks.some(({ state }) => state === "fail") ? exitCodes.failure : exitCodes.done),
};

const convertedColumns: Column<ConvertedTable>[] = [
  { title: "CONVERTED", cell: (one) => one.table, flexible: true },
  { title: "PARTITIONS", align: "right", cell: ({ partitions }) => formatCount(partitions) },
  { title: "ROWS", align: "right", cell: ({ rows }) => formatCount(rows) },
];

/** `doctor --partition-snapshots`: the checks, and the tables that were partitioned. */
export const partitionView: View<Replies["partition"]> = {
  json: ({ checks, converted }) => ({ checks, converted }),
  text({ checks, converted }, look) {
    const told = converted.length === 0 ? "" : `\n${table(convertedColumns, converted, look)}`;
    return `${doctorView.text({ checks }, look)}${told}`;
  },
  note: ({ converted }) => (converted.length === 0 ? "There was no snapshot table to convert." : null),
  exitCode: (reply) => doctorView.exitCode?.(reply) ?? exitCodes.done,
};
