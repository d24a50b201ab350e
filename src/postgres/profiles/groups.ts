import type { ProbedColumn } from "./probe.ts";

/** So many combinations of values fit a hash table that is kept near the processor. */
const combinations = 20_000;

/** Rows of which there are no more combinations than that, whatever the columns. */
export const fewRows = combinations;

/** A statement takes no more than so many columns, lest it outgrow what a server parses at once. */
const columnsAtOnce = 30;

/**
 * Columns that are counted together: as many as have few combinations. Where no sample told how many values there are, those
 * are booleans.
 */
export function inGroups<One extends ProbedColumn>(columns: readonly One[], isUnprobed: boolean): One[][] {
  const groups: { product: number; members: One[] }[] = [];
  for (const one of columns.toSorted((a, b) => b.distinct - a.distinct)) {
    const values = isUnprobed ? (one.column.type === "bool" ? 3 : combinations) : valuesOf(one);
    const open = groups.find(
      ({ product, members }) => product * values <= combinations && members.length < columnsAtOnce,
    );
    if (open === undefined) groups.push({ product: values, members: [one] });
    else {
      open.product *= values;
      open.members.push(one);
    }
  }
  return groups.map(({ members }) => members);
}

/** As a sample has it, and NULL beside them; where it was empty nothing is known. */
function valuesOf({ rows, values, distinct }: ProbedColumn): number {
  return rows === 0 ? combinations : Math.max(distinct + (values < rows ? 1 : 0), 1);
}

/** Groups that one statement counts. */
export function inStatements<One>(groups: readonly One[][]): One[][][] {
  const statements: One[][][] = [];
  for (const group of groups) {
    const open = statements.find((few) => few.flat().length + group.length <= columnsAtOnce);
    if (open === undefined) statements.push([group]);
    else open.push(group);
  }
  return statements;
}
