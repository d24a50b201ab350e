import type { ByteOrder, CellType, DateRange } from "./cell-type.ts";

const zero = 0x30;

/** A form of digits in fixed places, such as `DD/MM/YYYY`, whose values are read sign by sign. */
interface FixedForm {
  order: ByteOrder;
  /** Of a value that has the form's signs: whether it is a day that the manifest allows. */
  isDay(value: string): boolean;
  plain(value: string): string;
}

/**
 * The type of dates in such forms, where the signs between the digits tell them apart; null for any others. What is
 * wrong with a value is told by the type that knows all forms.
 */
export function fixedDates(forms: readonly string[], dates: DateRange, { explain }: CellType): CellType | null {
  const fixed = forms.flatMap((form) => fixedForm(form, dates) ?? []);
  const layouts = new Set(fixed.map(({ order: { places, ...signs } }) => JSON.stringify(signs)));
  if (layouts.size < forms.length) return null;
  const formOf = (value: string) => {
    for (const form of fixed) if (hasSigns(value, form.order)) return form;
    return null;
  };
  const [only, ...others] = fixed;
  const isOne = only !== undefined && others.length === 0;
  return {
    pattern: /^/,
    within: isOne
      ? (value) => hasSigns(value, only.order) && only.isDay(value)
      : (value) => formOf(value)?.isDay(value) === true,
    plain: (value) => formOf(value)?.plain(value) ?? value,
    byteOrders: fixed.map(({ order }) => order),
    explain,
  };
}

function hasSigns(value: string, { length, first, firstSign, second, secondSign }: ByteOrder): boolean {
  return value.length === length && value.charCodeAt(first) === firstSign && value.charCodeAt(second) === secondSign;
}

function fixedForm(form: string, { from, to }: DateRange): FixedForm | null {
  const [year, month, day] = [form.indexOf("YYYY"), form.indexOf("MM"), form.indexOf("DD")];
  const signs = form.replace(/YYYY|MM|DD/g, (part) => " ".repeat(part.length));
  const isFixed = year !== -1 && month !== -1 && day !== -1 && form.length === 10 && /^[ ./-]+$/.test(signs);
  if (!isFixed || signs.replace(/[^ ]/g, "").length !== 8) return null;
  const between = [...signs].flatMap((sign, at) => (sign === " " ? [] : [[at, sign.charCodeAt(0)] as const]));
  const [[first = 0, firstSign = 0] = [], [second = 0, secondSign = 0] = []] = between;
  const places = [0, 1, 2, 3].map((at) => year + at).concat([-1, month, month + 1, -1, day, day + 1]);
  const [least = 0, most = 0] = [from, to].map((date) => Number(date.replaceAll("-", "")));
  const digit = (value: string, at: number) => {
    const found = value.charCodeAt(at) - zero;
    return found >= 0 && found <= 9 ? found : Number.NaN;
  };
  const two = (value: string, at: number) => 10 * digit(value, at) + digit(value, at + 1);
  const plain = (value: string) =>
    `${value.slice(year, year + 4)}-${value.slice(month, month + 2)}-${value.slice(day, day + 2)}`;
  return {
    order: { length: form.length, first, firstSign, second, secondSign, places },
    isDay(value) {
      const [inMonth, ofYear] = [two(value, day), two(value, month)];
      const number = (100 * two(value, year) + two(value, year + 2)) * 10_000 + ofYear * 100 + inMonth;
      // What is no digit makes no number, and is below and above nothing.
      if (!(number >= least && number <= most && ofYear >= 1 && ofYear <= 12 && inMonth >= 1)) return false;
      return inMonth <= 28 || inMonth <= daysIn(ofYear, Math.floor(number / 10_000));
    },
    plain,
  };
}

/** By hand: to ask a Date at each end of a month costs as much as all else that is looked at. */
function daysIn(month: number, year: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
