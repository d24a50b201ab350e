/** Forms of dates and timestamps, such as `DD/MM/YYYY HH:MM`, and what is written in them. */

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const longMonths = "january|february|march|april|may|june|july|august|september|october|november|december";

type Part = "year" | "month" | "day" | "hour" | "minute" | "second" | "fraction" | "half" | "zone";

interface Token {
  part: Part;
  /** What is written for it, as a pattern. */
  written: string;
  /** Digits of which there may be one or two. */
  isLoose?: boolean;
}

/** By their length, for the longest is taken first. `MM` behind hours is minutes. */
const tokens: Record<string, Token> = {
  YYYY: { part: "year", written: String.raw`\d{4}` },
  MMMM: { part: "month", written: longMonths },
  MMM: { part: "month", written: months.join("|") },
  MM: { part: "month", written: "0[1-9]|1[0-2]" },
  DD: { part: "day", written: String.raw`0[1-9]|[12]\d|3[01]` },
  HH: { part: "hour", written: String.raw`[01]\d|2[0-3]` },
  SS: { part: "second", written: String.raw`[0-5]\d` },
  AM: { part: "half", written: "[ap]m" },
  M: { part: "month", written: "1[0-2]|[1-9]", isLoose: true },
  D: { part: "day", written: String.raw`[12]\d|3[01]|[1-9]`, isLoose: true },
  H: { part: "hour", written: String.raw`1\d|2[0-3]|\d`, isLoose: true },
  // PostgreSQL keeps microseconds and would round a seventh digit.
  F: { part: "fraction", written: String.raw`\d{1,6}`, isLoose: true },
  Z: { part: "zone", written: String.raw`Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?` },
};
const minute: Token = { part: "minute", written: String.raw`[0-5]\d` };
const halfDay = { HH: "0[1-9]|1[0-2]", H: "1[0-2]|[1-9]" };

const piece = new RegExp(`${Object.keys(tokens).join("|")}|T|[^A-Za-z]`, "y");

/** A form that was understood. */
export interface Form {
  form: string;
  hasTime: boolean;
  hasZone: boolean;
  /** What is written in it looks like this, in either case; without ^ and $, and with no group that captures. */
  written: string;
  /** What a value in it says, as PostgreSQL reads it; null when the value is not of the form. */
  read(value: string): string | null;
}

/** The form, or words for what is wrong with it. */
export function parseForm(form: string): Form | string {
  const pieces = split(form);
  if (pieces === null) {
    return `"${form}" is no form of a date: it is made of YYYY, MM, M, MMM, MMMM, DD, D, HH, H, MM, SS, F, AM, Z and signs`;
  }
  const found = pieces.flatMap((one) => (typeof one === "string" ? [] : [one]));
  const parts = found.map(({ part }) => part);
  const has = (part: Part) => parts.includes(part);
  const twice = parts.find((part, index) => parts.indexOf(part) !== index);
  if (twice !== undefined) return `"${form}" has the ${twice} twice`;
  if (!has("year") || !has("month") || !has("day")) return `"${form}" has not got year (YYYY), month and day`;
  if (needsMore(has)) return `"${form}" has a part of a time without the one before it`;
  if (runsTogether(pieces)) return `"${form}" does not tell where one number ends and the next begins`;
  const isHalved = has("half");
  const patterns = pieces.map((one) => {
    if (typeof one === "string") return one.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    return one.part === "hour" && isHalved ? (one.isLoose ? halfDay.H : halfDay.HH) : one.written;
  });
  const isPart = pieces.map((one) => typeof one !== "string");
  const grouped = patterns.map((pattern, index) => (isPart[index] ? `(${pattern})` : pattern)).join("");
  const plain = patterns.map((pattern, index) => (isPart[index] ? `(?:${pattern})` : pattern)).join("");
  const whole = new RegExp(`^${grouped}$`, "i");
  return {
    form,
    hasTime: has("hour"),
    hasZone: has("zone"),
    written: plain,
    read(value) {
      const match = whole.exec(value);
      return match === null ? null : textOf(new Map(parts.map((part, index) => [part, match[index + 1] ?? ""])));
    },
  };
}

function split(form: string): (Token | string)[] | null {
  const pieces: (Token | string)[] = [];
  let hasHour = false;
  for (let at = 0; at < form.length; ) {
    piece.lastIndex = at;
    const [found] = piece.exec(form) ?? [];
    if (found === undefined) return null;
    const token: Token | undefined = found === "MM" && hasHour ? minute : tokens[found];
    hasHour ||= token?.part === "hour";
    pieces.push(token ?? found);
    at += found.length;
  }
  return pieces;
}

function needsMore(has: (part: Part) => boolean): boolean {
  const before: [Part, Part][] = [
    ["minute", "hour"],
    ["second", "minute"],
    ["fraction", "second"],
    ["half", "hour"],
    ["zone", "minute"],
    ["hour", "minute"],
  ];
  return before.some(([part, needed]) => has(part) && !has(needed));
}

/** True where digits that may be one or two stand beside other digits. */
function runsTogether(pieces: readonly (Token | string)[]): boolean {
  const isNumber = (one: Token | string | undefined) =>
    typeof one === "object" ? one.part !== "zone" && /\d/.test(one.written) : /\d/.test(one ?? "");
  return pieces.some((one, index) => {
    if (typeof one === "string" || one.isLoose !== true) return false;
    return isNumber(pieces[index - 1]) || isNumber(pieces[index + 1]);
  });
}

function textOf(values: Map<Part, string>): string {
  const part = (name: Part) => values.get(name) ?? "";
  const day = `${part("year")}-${monthOf(part("month"))}-${part("day").padStart(2, "0")}`;
  if (!values.has("hour")) return day;
  const fraction = values.has("fraction") ? `.${part("fraction")}` : "";
  const time = `${hourOf(part("hour"), part("half"))}:${part("minute")}:${part("second") || "00"}`;
  return `${day} ${time}${fraction}${part("zone")}`;
}

function monthOf(written: string): string {
  const named = months.indexOf(written.slice(0, 3).toLowerCase());
  return named === -1 ? written.padStart(2, "0") : String(named + 1).padStart(2, "0");
}

function hourOf(written: string, half: string): string {
  if (half === "") return written.padStart(2, "0");
  return String((Number(written) % 12) + (half.toLowerCase() === "pm" ? 12 : 0)).padStart(2, "0");
}
