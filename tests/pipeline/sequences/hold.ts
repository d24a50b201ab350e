import { isDeepStrictEqual } from "node:util";
import { type Cells, extraColumn, type Rows } from "./deliveries.ts";

/** What a sequence must hold to, by the letter under which a report can name it. */
const rules = {
  order: "months and their dates are in one order, and a month has one date",
  forwards: "live tables never go back",
  sealed: "a sealed snapshot changes only when its seal is lifted",
  whole: "a drop is published whole or not at all",
  counted: "what is told is what was written",
  verified: "verify tells what others changed, and nothing else",
  adopted: "what stands without a seal is told as it is, and sealed as it is",
  training: "a training set has labels of a later month than its features, as they were sealed",
  backfill: "a backfill leaves live tables alone, and knows no parent that came later",
  exits: "a run ends in an exit code that its outcome means, and never throws",
  goesOn: "the next month can be published",
} as const;
export type Rule = keyof typeof rules;

/** Throws, naming the rule, when something does not hold. */
export function hold(rule: Rule, holds: boolean, what: () => string): void {
  if (!holds) throw new Error(`${rules[rule]}: ${what()}`);
}

export function holdEqual(rule: Rule, found: unknown, wanted: unknown, where: string): void {
  const text = (value: unknown) => JSON.stringify(value, (_, one) => (one instanceof Map ? [...one] : one));
  hold(rule, isDeepStrictEqual(found, wanted), () => `${where}: found ${text(found)}, wanted ${text(wanted)}`);
}

/** Rows as they must be; a column that fills itself is left to it where nothing is said of it. */
export function holdRows(rule: Rule, found: Rows, wanted: Rows, where: string): void {
  const asFound = (user: string, row: Cells) =>
    Object.fromEntries(
      Object.entries(found.get(user) ?? row).map(([column, cell]) => {
        const isLeft = column === extraColumn && !(column in row);
        return [column, isLeft ? cell : (row[column] ?? null)];
      }),
    );
  const whole = new Map([...wanted].map(([user, row]) => [user, asFound(user, row)]));
  const inOrder = (rows: Rows) => [...rows].sort(([one], [other]) => (one < other ? -1 : 1));
  holdEqual(rule, inOrder(found), inOrder(whole), where);
}
