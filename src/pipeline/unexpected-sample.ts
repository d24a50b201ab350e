import type { UnexpectedRow } from "../core/listings.ts";
import type { ExpectationResult } from "../expectations/validation-result.ts";

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
