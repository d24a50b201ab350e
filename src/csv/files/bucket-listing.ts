import { addressOf, asked, clientFor, statsOf } from "./bucket.ts";
import type { FileStats } from "./opened.ts";

/** All that lies below a prefix, by what its key has behind it. */
type Listing = ReadonlyMap<string, FileStats>;

/**
 * The newest look at each place that was looked at. A thousand objects are one request, however many months they are: what
 * is asked of a month is told from the look at all of them that came before it.
 */
const looks = new Map<string, Listing>();

/** The names in a place, looked at anew unless it is below one that was. */
export async function namesInBucket(path: string): Promise<string[]> {
  const { listing, below } = await lookAt(path);
  const names = [...listing.keys()].flatMap((key) => (key.startsWith(below) ? [key.slice(below.length)] : []));
  return [...new Set(names.map((name) => name.split("/")[0] ?? ""))].filter((name) => name !== "");
}

/** What an object was when it was looked at; null for a prefix of others, which has no bytes of its own. */
export async function listedObject(path: string): Promise<FileStats | null> {
  const { listing, below } = await lookAt(path);
  return listing.get(below.slice(0, -1)) ?? null;
}

/** A listing that has the place, and what the keys below it begin with there. */
async function lookAt(path: string): Promise<{ listing: Listing; below: string }> {
  const place = path.replace(/\/+$/, "");
  const root = [...looks.keys()].find((one) => place.startsWith(`${one}/`));
  if (root !== undefined) return { listing: looks.get(root) ?? new Map(), below: `${place.slice(root.length + 1)}/` };
  const listing = await listed(place);
  looks.set(place, listing);
  return { listing, below: "" };
}

async function listed(path: string): Promise<Listing> {
  const { bucket, key } = addressOf(path);
  const client = clientFor(bucket);
  const prefix = key === "" ? "" : `${key}/`;
  const found = new Map<string, FileStats>();
  let continuationToken: string | undefined;
  do {
    const page = await asked(path, () =>
      client.list({ prefix, maxKeys: 1_000, ...(continuationToken && { continuationToken }) }),
    );
    for (const { key: name, size = 0, lastModified = "", eTag = "" } of page.contents ?? []) {
      found.set(name.slice(prefix.length), statsOf(size, lastModified, eTag));
    }
    continuationToken = page.isTruncated ? page.nextContinuationToken : undefined;
  } while (continuationToken !== undefined);
  return found;
}
