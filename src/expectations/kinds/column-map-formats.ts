import { columnMap, type Entry } from "../plan/entry.ts";
import { name, q, type Sql, value } from "../plan/sql.ts";
import { suiteError } from "../plan/values.ts";

/** Column map expectations on texts that are written in some format. */
export const columnMapFormats: readonly Entry[] = [
  columnMap("expect_column_values_to_be_json_parseable", {}, ["text"], (column, _, { serverVersion }) =>
    isJson(name(column.name), serverVersion),
  ),

  columnMap(
    "expect_column_values_to_match_strftime_format",
    { strftime_format: "string > 0" },
    ["text"],
    (column, { strftime_format: format }) => matchesTime(name(column.name), format),
  ),
];

/**
 * Whether a text is JSON, as RFC 8259 defines it; NULL for NULL. PostgreSQL can say so since release 16; before, a function
 * of the ledger's schema does (db/init/012_cluster.sql).
 */
export function isJson(text: Sql, serverVersion: number): Sql {
  return serverVersion >= 160_000 ? q`${text} is json` : q`console.is_json(${text})`;
}

const months = "January February March April May June July August September October November December".split(" ");
const days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");
const short = (names: readonly string[]) => names.map((full) => full.slice(0, 3));

/** What Python's `strptime` reads for each directive, as a PostgreSQL regular expression. */
const directives: Record<string, string> = {
  Y: "(?!0000)[0-9]{4}",
  y: "[0-9]{2}",
  m: "(?:1[0-2]|0[1-9]|[1-9])",
  d: "(?:3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9])",
  H: "(?:2[0-3]|[01][0-9]|[0-9])",
  I: "(?:1[0-2]|0[1-9]|[1-9])",
  M: "(?:[0-5][0-9]|[0-9])",
  S: "(?:[0-5][0-9]|[0-9])",
  f: "[0-9]{1,6}",
  j: "(?:36[0-6]|3[0-5][0-9]|[12][0-9]{2}|0[1-9][0-9]|00[1-9]|[1-9][0-9]|0[1-9]|[1-9])",
  p: anyCase(["AM", "PM"]),
  B: anyCase(months),
  b: anyCase(short(months)),
  A: anyCase(days),
  a: anyCase(short(days)),
  w: "[0-6]",
  u: "[1-7]",
  z: "(?:[-+][0-9]{2}:?[0-5][0-9](?::?[0-5][0-9](?:\\.[0-9]{1,6})?)?|Z)",
  Z: anyCase(["UTC", "GMT"]),
  "%": "%",
};

/** Directives that stand for others. */
const shorthands: Record<string, string> = {
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  R: "%H:%M",
  T: "%H:%M:%S",
  c: "%a %b %d %H:%M:%S %Y",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

/**
 * Whether a text is a date or time as Python's `strptime` reads it with this format, in the C locale: every part in its
 * range, and the day in its month. Throws for a directive that is not known.
 */
export function matchesTime(text: Sql, format: string): Sql {
  const pieces = piecesOf(format);
  const whole = q`${text} ~ ${pattern(pieces, null)}`;
  const has = (...names: string[]) => names.find((directive) => pieces.some((piece) => piece.directive === directive));
  const day = has("d");
  const month = has("m", "b", "B");
  if (day === undefined || month === undefined) return whole;
  const part = (directive: string) => q`substring(${text} from ${pattern(pieces, directive)})`;
  const lastDay = q`date_part('day', make_date(${yearOf(has("Y", "y"), part)}, ${monthOf(month, part(month))}, 1)
                      + interval '1 month' - interval '1 day')`;
  // A case is worked out in order, so that no part is read of a text which has none.
  return q`case when ${whole} then trim(${part(day)})::int <= ${lastDay} when ${text} is not null then false end`;
}

/** Without a year Python takes 1900; of two digits those from 69 on are of that century. */
function yearOf(directive: string | undefined, part: (directive: string) => Sql): Sql {
  if (directive === undefined) return q`1900`;
  const digits = q`${part(directive)}::int`;
  return directive === "Y" ? digits : q`(${digits} + case when ${digits} >= 69 then 1900 else 2000 end)`;
}

function monthOf(directive: string, text: Sql): Sql {
  if (directive === "m") return q`${text}::int`;
  const names = value("text", short(months).join("").toLowerCase());
  return q`((strpos(${names}, lower(left(${text}, 3))) + 2) / 3)`;
}

interface Piece {
  /** Its letter; none for what stands between directives. */
  directive: string;
  regex: string;
}

function piecesOf(format: string): Piece[] {
  const expanded = format.replace(/%([A-Za-z%])/g, (whole, letter: string) => shorthands[letter] ?? whole);
  const pieces = Array.from(
    expanded.matchAll(/%(.?)|(\s+)|([^%\s]+)/gsu),
    ([, directive, blank, plain = ""]): Piece => {
      if (directive !== undefined) return { directive, regex: directiveRegex(directive) };
      return { directive: "", regex: blank === undefined ? anyCase([plain]) : "\\s+" };
    },
  );
  const used = pieces.map(({ directive }) => directive).filter((directive) => /[a-z]/i.test(directive));
  const twice = used.find((directive, at) => used.indexOf(directive) !== at);
  if (twice !== undefined) throw suiteError("strftime_format", `the directive %${twice} stands there twice`);
  return pieces;
}

function directiveRegex(directive: string): string {
  const regex = Object.hasOwn(directives, directive) ? directives[directive] : undefined;
  if (regex !== undefined) return regex;
  const known = Object.keys({ ...directives, ...shorthands }).map((letter) => `%${letter}`);
  throw suiteError("strftime_format", `the directive %${directive} is not known; known are ${known.join(" ")}`);
}

/** The format as a regular expression; the part of one directive is captured. */
function pattern(pieces: readonly Piece[], captured: string | null): Sql {
  const regex = pieces.map((piece) => (piece.directive === captured ? `(${piece.regex})` : piece.regex));
  return value("text", `^${regex.join("")}$`);
}

/** One of the texts, in small or capital letters. */
function anyCase(texts: readonly string[]): string {
  const regex = texts.map((text) =>
    [...text]
      .map((character) => {
        const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
        if (lower !== upper) return `[${lower}${upper}]`;
        return /[!-/:-@[-`{-~]/.test(character) ? `\\${character}` : character;
      })
      .join(""),
  );
  return regex.length === 1 ? regex.join("") : `(?:${regex.join("|")})`;
}
