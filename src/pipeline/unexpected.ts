import { basename } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import { expectationInWords } from "../core/expectation-words.ts";
import type { Fault } from "../core/faults.ts";
import type { UnexpectedRow } from "../core/listings.ts";
import { findLines } from "../csv/keys.ts";
import type { EvaluatedVerdict } from "../expectations/evaluate.ts";
import type { ExpectationResult } from "../expectations/validation-result.ts";
import { type Incoming, sourceOf } from "./incoming.ts";

/** An unexpected value and the key of its row. */
export type KeyedValue = Pick<UnexpectedRow, "key" | "value">;

/** The first unexpected values of an expectation, as its result holds them. */
export function unexpectedValues({ result }: ExpectationResult, key: readonly string[]): KeyedValue[] {
  const places = result.partial_unexpected_index_list ?? [];
  return (result.partial_unexpected_list ?? []).map((value, index) => {
    const place = places[index] ?? {};
    return {
      key: Object.fromEntries(key.flatMap((name) => (name in place ? [[name, String(place[name])]] : []))),
      value: value === null ? null : typeof value === "string" ? value : JSON.stringify(value),
    };
  });
}

/** As `findLines` writes a key: the value itself, or a JSON array of several. */
export function keyText({ key }: KeyedValue): string {
  const values = Object.values(key);
  return values.length === 1 ? (values[0] ?? "") : JSON.stringify(values);
}

const signs = { atLeast: "≥", atMost: "≤", ellipsis: "…" };

/** Where in the drop's files the values stand that failed critical expectations: the first of each expectation. */
export async function unexpectedFaults(
  dataset: Dataset,
  incoming: readonly Incoming[],
  verdicts: readonly EvaluatedVerdict[],
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const one of incoming) {
    const failed = verdicts.filter(
      ({ table, success, severity }) => table === one.table.name && !success && severity === "critical",
    );
    const found = failed.flatMap((verdict) =>
      unexpectedValues(verdict.result, one.table.live.key).map((keyed) => ({ verdict, keyed })),
    );
    if (found.length === 0) continue;
    const lines = await findLines(sourceOf(dataset, one), new Set(found.map(({ keyed }) => keyText(keyed))));
    for (const { verdict, keyed } of found) {
      const line = lines.get(keyText(keyed));
      faults.push({
        file: basename(one.file.path),
        ...(line !== undefined && { line }),
        ...(verdict.column !== undefined && { column: verdict.column }),
        ...(keyed.value !== null && { value: keyed.value }),
        code: "unexpected",
        reason: `not as expected: ${expectationInWords(verdict, signs)}`,
      });
    }
  }
  return faults;
}
