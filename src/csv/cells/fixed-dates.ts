import type { DateRange } from "./cell-type.ts";

const zero = 0x30;
const dash = 0x2d;
const colon = 0x3a;
const space = 0x20;

const none = -1;

/** A form of dates, or of timestamps, with all digits in fixed places, such as `DD/MM/YYYY`: where its signs and digits stand. */
export interface FixedForm {
  readonly length: number;
  readonly signs: readonly { readonly at: number; readonly sign: number }[];
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** -1 for what it has not got. */
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Days that are allowed, as numbers such as 20240131. */
export interface DayNumbers {
  readonly least: number;
  readonly most: number;
}

/** The forms, the longest first, where all are of that kind and signs tell them apart; none otherwise. */
export function fixedForms(forms: readonly string[]): readonly FixedForm[] {
  const fixed = forms.flatMap((form) => fixedForm(form) ?? []).sort((one, other) => other.length - one.length);
  const layouts = new Set(fixed.map(({ length, signs }) => JSON.stringify([length, signs])));
  return layouts.size < forms.length ? [] : fixed;
}

const parts = /YYYY|MM|DD|HH|SS/g;

function fixedForm(form: string): FixedForm | null {
  const places = new Map<string, number>();
  for (const { 0: found, index } of form.matchAll(parts)) {
    const part = found === "MM" && places.has("HH") ? "minute" : found;
    if (places.has(part)) return null;
    places.set(part, index);
  }
  const signs = [...form.replace(parts, (part) => "0".repeat(part.length))].flatMap((sign, at) =>
    sign === "0" ? [] : [{ at, sign: sign.charCodeAt(0) }],
  );
  const isKnown = ["YYYY", "MM", "DD"].every((part) => places.has(part)) && /^[ ./:T-]*$/.test(form.replace(parts, ""));
  if (!isKnown || places.has("HH") !== places.has("minute")) return null;
  const placeOf = (part: string) => places.get(part) ?? none;
  return {
    ...{ length: form.length, signs, year: placeOf("YYYY"), month: placeOf("MM"), day: placeOf("DD") },
    ...{ hour: placeOf("HH"), minute: placeOf("minute"), second: placeOf("SS") },
  };
}

export function dayNumbers({ from, to }: DateRange): DayNumbers {
  const numberOf = (date: string) => Number(date.replaceAll("-", ""));
  return { least: numberOf(from), most: numberOf(to) };
}

/** So many bytes are written for a value of the form. */
export function bytesOf({ hour }: FixedForm): number {
  return hour === none ? 10 : 19;
}

/** Writes what stands at `from` as PostgreSQL has it, and returns the form that it has; null where that is none, or not allowed. */
export function writeMoment(
  forms: readonly FixedForm[],
  allowed: DayNumbers,
  block: Buffer,
  from: number,
  made: Buffer,
  at: number,
): FixedForm | null {
  for (const form of forms) {
    if (!hasSigns(form, block, from)) continue;
    if (!writeDay(form, allowed, block, from, made, at)) return null;
    return form.hour === none || writeTime(form, block, from, made, at + 10) ? form : null;
  }
  return null;
}

function hasSigns({ signs }: FixedForm, block: Buffer, from: number): boolean {
  for (const { at, sign } of signs) if (block[from + at] !== sign) return false;
  return true;
}

function writeDay(form: FixedForm, { least, most }: DayNumbers, block: Buffer, from: number, made: Buffer, at: number) {
  const century = twoDigits(block, from + form.year);
  const inCentury = twoDigits(block, from + form.year + 2);
  const month = twoDigits(block, from + form.month);
  const day = twoDigits(block, from + form.day);
  const year = 100 * century + inCentury;
  const number = 10_000 * year + 100 * month + day;
  // What is no digit makes no number, and is below and above nothing.
  if (!(number >= least && number <= most && month >= 1 && month <= 12 && day >= 1)) return false;
  if (day > 28 && day > daysIn(month, year)) return false;
  copyTwo(block, from + form.year, made, at);
  copyTwo(block, from + form.year + 2, made, at + 2);
  made[at + 4] = dash;
  copyTwo(block, from + form.month, made, at + 5);
  made[at + 7] = dash;
  copyTwo(block, from + form.day, made, at + 8);
  return true;
}

function writeTime({ hour, minute, second }: FixedForm, block: Buffer, from: number, made: Buffer, at: number) {
  const hasSeconds = second !== none;
  if (!(twoDigits(block, from + hour) <= 23 && twoDigits(block, from + minute) <= 59)) return false;
  if (hasSeconds && !(twoDigits(block, from + second) <= 59)) return false;
  made[at] = space;
  copyTwo(block, from + hour, made, at + 1);
  made[at + 3] = colon;
  copyTwo(block, from + minute, made, at + 4);
  made[at + 6] = colon;
  if (hasSeconds) copyTwo(block, from + second, made, at + 7);
  else made.fill(zero, at + 7, at + 9);
  return true;
}

function twoDigits(block: Buffer, at: number): number {
  const tens = (block[at] as number) - zero;
  const ones = (block[at + 1] as number) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
}

function copyTwo(block: Buffer, from: number, made: Buffer, at: number): void {
  made[at] = block[from] as number;
  made[at + 1] = block[from + 1] as number;
}

/** By hand: to ask a Date at each end of a month costs as much as all else that is looked at. */
function daysIn(month: number, year: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
