import type { FaultCode } from "../../core/faults.ts";
import { byteKind, hasEscape, type Signs } from "./signs.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** A stretch of bytes, and the kinds of them all. */
interface Bytes {
  from: number;
  to: number;
  kinds: number;
}

/** What the first quote, escape or carriage return in an unquoted cell is; the one of a line end is the record's. */
export function misplaced(data: Buffer, { from, to, kinds }: Bytes, signs: Signs): FaultCode | null {
  if ((kinds & (byteKind.quote | byteKind.return | byteKind.escape)) === 0) return null;
  for (let at = from; at < to; at++) {
    if (data[at] === signs.quote) return "quote_bare";
    if (data[at] === carriageReturn && data[at + 1] !== lineFeed) return "line_ends";
  }
  if (!hasEscape(signs)) return null;
  const end = data[to - 1] === carriageReturn ? to - 1 : to;
  const isBare = data.subarray(from, end).includes(signs.escaping);
  return isBare && !signs.bare.has(data.toString("utf8", from, end)) ? "quote_escape" : null;
}

/** True when an escape within quotes stands before what needs none: what it means is anybody's guess. */
export function hasOddEscape(data: Buffer, { from, to, kinds }: Bytes, signs: Signs): boolean {
  if (!hasEscape(signs) || (kinds & byteKind.escape) === 0) return false;
  for (let at = from; at < to; at++) {
    if (data[at] !== signs.escaping) continue;
    at++;
    if (data[at] !== signs.quote && data[at] !== signs.escaping) return true;
  }
  return false;
}
