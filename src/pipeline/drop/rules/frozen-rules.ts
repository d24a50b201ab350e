import type { LoadTable } from "../../../postgres/catalog/dataset-tables.ts";
import type { FrozenRule, FrozenTable } from "../../../postgres/catalog/frozen-rules.ts";
import type { CatalogReference } from "../../../postgres/catalog/introspect.ts";
import type { RuledTable } from "../../../postgres/catalog/ruled-tables.ts";
import type { Fragment } from "../../../postgres/connection/fragments.ts";
import type { Parents } from "../../../postgres/live/parents.ts";
import { brokenRows } from "../../../postgres/rules/broken.ts";
import { frozenRuleRows } from "../../../postgres/rules/frozen-rows.ts";
import { orphanedRows } from "../../../postgres/rules/orphans.ts";
import { isConstant, type RuleRows, type Untold } from "../../../postgres/rules/rows.ts";
import type { Past } from "../past.ts";

/** What is known of a drop whose rows are to be frozen; `One` is a table of it, staged or read. */
interface Freezing<One> {
  asOf: string;
  month: string;
  restamp: boolean;
  past: Pick<Past, "seals">;
  tables: readonly LoadTable[];
  parents: Parents;
  all: readonly One[];
  rowsOf(one: One, untold: Untold): RuleRows;
  /** True for a column that the drop says something of. */
  isGiven(one: One, column: string): boolean;
}

/** A rule of a snapshot table, or a foreign key of it, with the rows of the drop and those that break it. */
export type BrokenFrozen = { drop: RuleRows; rows: Fragment } & (
  | { rule: FrozenRule; reference: null }
  | { rule: null; reference: CatalogReference }
);

/**
 * What its snapshot table demands of the rows of a table, and which of them break it. Nothing where they are not to be frozen: a
 * seal of that date stands, and is kept.
 */
export function brokenFrozen<One extends { table: RuledTable }>(one: One, freezing: Freezing<One>): BrokenFrozen[] {
  const { all, parents, rowsOf, tables } = freezing;
  const { frozen } = one.table;
  if (frozen === null || frozen.rules.length + frozen.references.length === 0) return [];
  const drop = frozenOf(one, freezing);
  if (drop === null) return [];
  const rules = frozen.rules.filter((rule) => isHeld(rule, one, frozen, freezing));
  // By the live tables as they are then: a backfill leaves those alone.
  const parentOf = ({ parent }: CatalogReference) => {
    const live = parents.kind === "live" ? all.find((other) => isNamed(other.table.live, parent)) : undefined;
    if (live !== undefined) return { rows: rowsOf(live, "default"), known: { tables, parents } };
    const other = all.find(({ table }) => table.frozen !== null && isNamed(table.frozen, parent));
    return { rows: other === undefined ? null : frozenOf(other, freezing), known: { tables: [], parents } };
  };
  return [
    ...rules.map((rule) => ({ rule, reference: null, drop, rows: brokenRows(rule, drop, !rule.isOfDay) })),
    ...frozen.references.flatMap((reference) => {
      if (reference.isIdle) return [];
      const { rows, known } = parentOf(reference);
      const isNew = { ...reference, isValid: true };
      return { rule: null, reference, drop, rows: orphanedRows(isNew, drop, rows, known) };
    }),
  ];
}

/** The rows of a table as they are to be live, and as they are to be frozen, where they are. */
export function rowsToWrite<One extends { table: RuledTable }>(one: One, freezing: OwnFreezing<One>): RuleRows[] {
  const frozen = frozenOf(one, freezing);
  const live = freezing.rowsOf(one, freezing.parents.kind === "live" ? "live" : "default");
  return frozen === null ? [live] : [live, frozen];
}

type OwnFreezing<One> = Omit<Freezing<One>, "all" | "isGiven">;

function frozenOf<One extends { table: RuledTable }>(one: One, freezing: OwnFreezing<One>): RuleRows | null {
  const { asOf, month, restamp, past, rowsOf } = freezing;
  const { frozen } = one.table;
  const isKept = !restamp && past.seals.some(({ table, as_of }) => table === frozen?.name && as_of === asOf);
  if (frozen === null || isKept) return null;
  return frozenRuleRows(one.table, frozen, rowsOf(one, "null"), { asOf, month });
}

function isNamed(one: { schema: string; name: string }, other: { schema: string; name: string }): boolean {
  return one.name === other.name && one.schema === other.schema;
}

/** Not what the live table demands of the same values, nor what is told by values that are not known before they are written. */
function isHeld<One extends { table: RuledTable }>(
  rule: FrozenRule,
  one: One,
  frozen: FrozenTable,
  { asOf, isGiven }: Freezing<One>,
): boolean {
  if (rule.day !== null && rule.day !== asOf) return false;
  const { live } = one.table;
  const isUnknown = (name: string) => {
    const index = frozen.columns.findIndex((column) => column.name === name);
    const isOwn = live.columns.every((column) => column.name !== name);
    return isOwn && frozen.selfFilling.includes(name) && !isConstant(frozen.details[index]?.filled);
  };
  if (rule.columns.some(isUnknown)) return false;
  const isLiveToo = live.rules.some((same) => isSame(same, rule));
  return !(isLiveToo && rule.columns.length > 0 && rule.columns.every((name) => isGiven(one, name)));
}

function isSame(live: RuledTable["live"]["rules"][number], frozen: FrozenRule): boolean {
  if (live.kind === "domain") return frozen.kind === "domain" && live.expression === frozen.expression;
  return live.kind === "check" && live.isValid && frozen.kind === "check" && live.expression === frozen.expression;
}
