import { formatCounted } from "../../core/format.ts";
import { formatJson } from "../../core/written/format-json.ts";
import { type Written, type WrittenSetting, writtenSettings } from "../../core/written/settings.ts";
import { isMoment } from "../../csv/look/values.ts";
import { parentsFirst, snapshotName } from "./sql.ts";
import type { SampleTable } from "./tables.ts";

export const asOfColumn = "as_of";

export interface Frame {
  name: string;
  firstMonth: string;
  /** Where the first month was taken from. */
  because: string;
  from: string;
}

/** The manifest of the tables: what the console has no other place for, with what speaks for it. */
export function manifestText({ name, firstMonth, because, from }: Frame, tables: readonly SampleTable[]): string {
  const common = commonTo(tables.map(({ written }) => written));
  const manifest = {
    $schema: "./schemas/dataset.schema.json",
    $comment: `Proposed by \`init\` from ${from}: look through it. first_month is ${because}.`,
    ...{ name, schema: name, first_month: firstMonth, as_of_column: asOfColumn, dates: datesOf(tables) },
    rows: { shrink: { warn: 0.1, reject: 0.5 }, grow: { warn: 0.5, reject: 3 } },
    drift: { psi: 0.2, beyond: 0.1, missing: 0.1, mean: 0.5 },
    ...(isEmpty(common) ? {} : { written: common }),
    tables: Object.fromEntries(parentsFirst(tables).map((table) => [table.name, entryOf(table, common)])),
  };
  return formatJson(manifest);
}

function entryOf(table: SampleTable, common: Written): object {
  const { name, file, written, events } = table;
  const own = without(written, common);
  return {
    $comment: commentOn(table),
    ...{ file, snapshot: snapshotName(name), suite: `expectations/${name}.json` },
    ...(events !== null && { rows: "events" }),
    ...(isEmpty(own) ? {} : { written: inOrder(own) }),
  };
}

function commentOn({ rows, columns, events, reasons }: SampleTable): string {
  const settings = reasons.map(({ setting, line, column }) => {
    const place = [line === null ? null : `line ${line}`, column].filter((one) => one !== null).join(", ");
    return place === "" ? setting : `${setting} since ${place}`;
  });
  const said = [
    `${formatCounted(rows, "row")} of ${formatCounted(columns.length, "column")}`,
    ...(events === null ? [] : [`events, for ${events}`]),
    ...(settings.length === 0 ? [] : [`written: ${settings.join("; ")}`]),
  ];
  return said.join(". ");
}

const usual = { from: "1900-01-01", to: "2100-12-31" };

/** Wide enough for what was found. */
function datesOf(tables: readonly SampleTable[]): typeof usual {
  const found = tables.flatMap(({ values }) => values.filter(({ column }) => isMoment(column)));
  const days = found.flatMap(({ least, greatest }) => [least, greatest]).flatMap((one) => (one === null ? [] : [one]));
  const [first = usual.from] = days.sort();
  const last = days.at(-1) ?? usual.to;
  return {
    from: first < usual.from ? `${first.slice(0, 4)}-01-01` : usual.from,
    to: last.slice(0, 10) > usual.to ? `${last.slice(0, 4)}-12-31` : usual.to,
  };
}

/** What all of several tables say alike. */
function commonTo(sections: readonly Written[]): Written {
  const [first = {}, ...others] = sections;
  if (others.length === 0) return {};
  const alike = Object.entries(first).filter(([name, value]) => others.every((one) => isSame(one, name, value)));
  return inOrder(Object.fromEntries(alike));
}

function without(written: Written, common: Written): Written {
  return Object.fromEntries(Object.entries(written).filter(([name, value]) => !isSame(common, name, value)));
}

function isSame(written: Written, name: string, value: unknown): boolean {
  return JSON.stringify(written[name as WrittenSetting]) === JSON.stringify(value);
}

function inOrder(written: Written): Written {
  const order = Object.keys(writtenSettings);
  return Object.fromEntries(
    Object.entries(written).sort(([one], [other]) => order.indexOf(one) - order.indexOf(other)),
  );
}

function isEmpty(written: Written): boolean {
  return Object.keys(written).length === 0;
}
