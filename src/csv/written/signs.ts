import { type Dialect, plainDialect } from "../../core/written/dialect.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const backslash = "\\";

/** Stands for a quote where there is none: a byte that no text in UTF-8 has. */
const noQuote = 0xfe;

/** Kinds of bytes that call for a closer look at the cell that has them; those of a cell are added up as bits. */
export const byteKind = { quote: 1, return: 2, lineFeed: 4, nul: 8, beyondAscii: 16, escape: 32 };

/** The signs by which rows and values are told apart, as bytes of UTF-8. */
export interface Signs {
  delimiter: number;
  quote: number;
  /** Stands before a quote within quotes; where quotes are doubled it is the quote itself. */
  escaping: number;
  /** The same for csv-parse, which takes null for no quote. */
  text: { delimiter: string; quote: string | null; escape: string };
  /** The kind of each byte, 0 for most. */
  kindOf: Uint8Array;
  /** True where each line may end in LF or CRLF. */
  isMixed: boolean;
  /** Words for NULL that have an escape outside quotes, where nothing else may. */
  bare: ReadonlySet<string>;
}

export function signsOf({ delimiter, quote, line_ends, null: nulls, ...others }: Dialect): Signs {
  const quoteByte = quote === "none" ? noQuote : quote.charCodeAt(0);
  const escapeText = others.escape === "backslash" ? backslash : quote;
  const kindOf = new Uint8Array(256).fill(byteKind.beyondAscii, 0x80);
  const escaping = escapeText === backslash ? backslash.charCodeAt(0) : quoteByte;
  if (escaping !== quoteByte) kindOf[backslash.charCodeAt(0)] = byteKind.escape;
  kindOf[quoteByte] = byteKind.quote;
  kindOf[carriageReturn] = byteKind.return;
  kindOf[lineFeed] = byteKind.lineFeed;
  kindOf[0] = byteKind.nul;
  return {
    delimiter: delimiter.charCodeAt(0),
    quote: quoteByte,
    escaping,
    text: { delimiter, quote: quote === "none" ? null : quote, escape: escapeText },
    kindOf,
    isMixed: line_ends === "mixed",
    bare: new Set(nulls.filter((word) => word.includes(backslash))),
  };
}

export const plainSigns = signsOf(plainDialect);

/** True where quotes are escaped by something else than themselves. */
export function hasEscape({ quote, escaping }: Signs): boolean {
  return quote !== escaping;
}

/** True when each escape stands within quotes before a quote or another one, or in a bare word for NULL. */
export function escapesAreSound(block: Buffer, { delimiter, quote, escaping, bare }: Signs): boolean {
  let inside = false;
  let isBad = false;
  let from = 0;
  const endsWell = (to: number) => !isBad || bare.has(block.toString("utf8", from, to));
  for (let at = 0; at < block.length; at++) {
    const byte = block[at];
    if (byte === escaping) {
      const next = block[at + 1];
      if (!inside) isBad = true;
      else if (next === quote || next === escaping) at++;
      else return false;
    } else if (byte === quote) inside = !inside;
    else if (!inside && (byte === delimiter || byte === lineFeed)) {
      if (!endsWell(block[at - 1] === carriageReturn ? at - 1 : at)) return false;
      isBad = false;
      from = at + 1;
    }
  }
  return endsWell(block.length);
}
