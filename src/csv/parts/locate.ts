import { type LocatedKeys, locateKeysOf } from "../locate.ts";
import type { TableSource } from "../source.ts";
import { isParquet, partsOf } from "./parts.ts";
import { placeOf } from "./place.ts";

/** The keys of a table's files, each with the place where its row starts; see `locateKeysOf`. */
export async function* locateKeys(source: TableSource, signal?: AbortSignal): AsyncGenerator<LocatedKeys> {
  const parts = await partsOf(source);
  for (const [part, { source: one }] of parts.entries()) {
    for await (const batch of await locating(one, signal)) {
      yield part === 0 ? batch : { ...batch, lines: batch.lines.map((line) => line && placeOf(part, line)) };
    }
  }
}

async function locating(source: TableSource, signal?: AbortSignal): Promise<AsyncGenerator<LocatedKeys>> {
  if (!isParquet(source)) return locateKeysOf(source, signal);
  const { locateParquetKeys } = await import("../parquet/locate.ts");
  return locateParquetKeys(source, signal);
}

/**
 * The first place of each of these keys, written as `locateKeys` does; one that is not in the files is not in the map.
 * `formOf` gives the one form of a key that files may write in several.
 */
export async function findPlaces(
  source: TableSource,
  keys: ReadonlySet<string>,
  formOf: (key: string) => string = (key) => key,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const batch of locateKeys(source)) {
    for (const [index, written] of batch.keys.entries()) {
      const key = formOf(written);
      const place = batch.lines[index];
      if (typeof place === "number" && keys.has(key) && !found.has(key)) found.set(key, place);
    }
    if (found.size === keys.size) break;
  }
  return found;
}
