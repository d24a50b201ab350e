import type { Fault, FaultCode } from "../../core/faults.ts";
import { suggest } from "../../core/suggest.ts";
import { plainDialect } from "../../core/written/dialect.ts";
import type { Written } from "../../core/written/settings.ts";
import { waysToWrite } from "../cells/accepting.ts";
import type { TableSource } from "../source.ts";

/** What is wrong with a file, as far as it was listed. */
export interface Reading {
  count: number;
  faults: readonly Fault[];
  /** How many there are of each kind, those that are not listed included. */
  counts: ReadonlyMap<FaultCode, number>;
}

/** A kind of setting: what it mends, and what it may be for this file. */
export interface Step {
  codes: readonly FaultCode[];
  candidates(reading: Reading, source: TableSource): Written[];
  /** True where two that fit may say different things of one cell. */
  isOfValues?: boolean;
}

const always =
  (...candidates: Written[]) =>
  () =>
    candidates;

const ofValues: FaultCode[] = ["not_integer", "not_numeric", "not_date", "not_timestamp", "not_boolean"];
const delimiters: Written[] = [";", "\t", "|", ","].map((delimiter) => ({ delimiter }));
const comments: Written[] = ["#", "//", "--", "%"].map((comment) => ({ comment }));

/** In the order in which they are found out: what is told of cells is of no use before rows and names are known. */
export const steps: readonly Step[] = [
  { codes: ["encoding", "nul_byte"], candidates: encodings },
  {
    codes: ["delimiter", "header_missing", "not_csv"],
    candidates: always(
      ...delimiters,
      ...comments,
      ...comments.flatMap((comment) => delimiters.map((delimiter) => ({ ...comment, ...delimiter }))),
    ),
  },
  { codes: ["line_ends"], candidates: always({ line_ends: "mixed" }) },
  {
    codes: ["quote_bare", "quote_trailing", "quote_unclosed", "value_too_long"],
    candidates: always({ escape: "backslash" }, { quote: "'" }, { quote: "none" }),
  },
  {
    codes: ["row_short", "row_long", "row_blank"],
    candidates: always(...comments, { quote: "'" }, { quote: "'", escape: "backslash" }),
  },
  { codes: ["column_unknown", "column_missing", "column_repeated"], candidates: headers },
  { codes: ["key_padded", ...ofValues], candidates: trims },
  {
    codes: ["not_integer", "not_numeric"],
    candidates: always(...(waysToWrite.numeric ?? [])),
    isOfValues: true,
  },
  { codes: ["not_date"], candidates: dates, isOfValues: true },
  {
    codes: ["not_timestamp"],
    candidates: timestamps,
    isOfValues: true,
  },
  { codes: ["not_boolean"], candidates: truths },
  {
    codes: ["null_word", "not_of_type", ...ofValues],
    candidates: nulls,
  },
  { codes: ["no_rows"], candidates: always({ header_only: true }) },
];

function encodings({ faults }: Reading): Written[] {
  const isWide = faults.some(({ reason }) => reason.startsWith("the file is UTF-16"));
  const isUsual = faults.some(({ reason }) => reason.startsWith("the file is UTF-8"));
  const others = isUsual ? [plainDialect.encoding] : ["windows-1252", "latin1"];
  const names = isWide ? ["utf-16", "utf-16le", "utf-16be"] : others;
  return names.map((encoding) => ({ encoding }));
}

function headers({ faults }: Reading, { shape, written }: TableSource): Written[] {
  const unknown = faults.flatMap(({ code, column }) =>
    code === "column_unknown" && column !== undefined ? [column] : [],
  );
  const names = shape.columns.map(({ name }) => name);
  const header: Record<string, string> = { ...written?.header };
  const rest: string[] = [];
  for (const name of unknown) {
    const near = suggest(
      name,
      names.filter((one) => !Object.values(header).includes(one)),
    );
    if (near === null) rest.push(name);
    else header[name] = near;
  }
  const aliases = Object.keys(header).length === 0 ? {} : { header };
  // One that is missing may be one that nobody knows, under another name.
  const isMissing = faults.some(({ code }) => code === "column_missing");
  const ignored = rest.length === 0 || isMissing ? {} : { ignore: [...(written?.ignore ?? []), ...rest] };
  const bySpelling = { header_case: "ignored", ...ignored };
  const padded: Written[] = unknown.some((name) => name.trim() !== name) ? [{ trim: "unquoted" }, { trim: "all" }] : [];
  return rest.length > 0 && rest.length === unknown.length
    ? [...padded, ignored, bySpelling]
    : [...padded, { header_case: "ignored" }, bySpelling, { ...aliases, ...ignored }];
}

function trims({ faults }: Reading): Written[] {
  const isPadded = faults.some(({ value = "" }) => value.trim() !== value);
  return isPadded ? [{ trim: "unquoted" }, { trim: "all" }] : [];
}

/** One form, or one beside those that are known. */
function dates(_: Reading, { written }: TableSource): Written[] {
  const known = written?.dates ?? plainDialect.dates;
  const single = [...(waysToWrite.date ?? [])];
  return [...single, ...single.map(({ dates: forms = [] }) => ({ dates: [...new Set([...forms, ...known])] }))];
}

function timestamps(_: Reading, { shape, written }: TableSource): Written[] {
  const hasZones = shape.columns.some(({ type }) => type === "timestamptz");
  const single = [...((hasZones ? waysToWrite.timestamptz : waysToWrite.timestamp) ?? [])];
  const known = written?.timestamps ?? [];
  if (known.length === 0) return single;
  return [
    ...single,
    ...single.map(({ timestamps: forms = [] }) => ({ timestamps: [...new Set([...known, ...forms])] })),
  ];
}

/** Words that were met: in the place of those that are known, or beside them. */
function truths({ faults }: Reading, { written }: TableSource): Written[] {
  const met = new Set(faults.map(({ value = "" }) => value.trim().toLowerCase()));
  const ways = (waysToWrite.bool ?? []).filter((way) => wordsOf(way).some((one) => met.has(one)));
  const beside = (side: "true" | "false", way: Written) => [...(written?.[side] ?? [side]), ...(way[side] ?? [])];
  return [
    ...ways,
    ...ways.flatMap((way): Written[] => [
      { true: beside("true", way) },
      { false: beside("false", way) },
      { true: beside("true", way), false: beside("false", way) },
    ]),
  ];
}

function wordsOf({ true: yes = [], false: no = [] }: Written): string[] {
  return [...yes, ...no].map((one) => one.toLowerCase());
}

/** Words that say something somewhere: who takes one of them for NULL loses what it says. */
const meaningful = new Set((waysToWrite.bool ?? []).flatMap(wordsOf));

/** Words in a place where there is none but for NULL: few, and without a digit. */
const mostWords = 6;
const word = /^[^\d]{1,20}$/;

function nulls({ faults }: Reading, { written }: TableSource): Written[] {
  const isMeaningful = (value: string) => {
    const lower = value.trim().toLowerCase();
    const said = [...(written?.true ?? []), ...(written?.false ?? [])];
    return meaningful.has(lower) || said.some((one) => one.toLowerCase() === lower);
  };
  const found = new Set(
    faults.flatMap(({ code, value }) =>
      /^(?:null_word|not_)/.test(code) && value !== undefined && word.test(value) && !isMeaningful(value)
        ? [value]
        : [],
    ),
  );
  if (found.size === 0 || found.size > mostWords) return [];
  return [{ null: [...new Set([...(written?.null ?? [""]), ...found])] }];
}
