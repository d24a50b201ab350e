import { isDate } from "../../core/month.ts";
import type { CellType, DateRange } from "./cell-type.ts";

const zero = 0x30;

/**
 * The type of dates in a form of digits in fixed places, such as `DD/MM/YYYY`, which is read sign by sign; null for any
 * other form. What is wrong with a value is told by the type that knows all forms.
 */
export function fixedDate(form: string, { from, to }: DateRange, { explain }: CellType): CellType | null {
  const [year, month, day] = [form.indexOf("YYYY"), form.indexOf("MM"), form.indexOf("DD")];
  const signs = form.replace(/YYYY|MM|DD/g, (part) => " ".repeat(part.length));
  const isFixed = year !== -1 && month !== -1 && day !== -1 && form.length === 10 && /^[ ./-]+$/.test(signs);
  if (!isFixed || signs.replace(/[^ ]/g, "").length !== 8) return null;
  const places = [...signs].flatMap((sign, at) => (sign === " " ? [] : [[at, sign.charCodeAt(0)] as const]));
  const [[first = 0, firstSign = 0] = [], [second = 0, secondSign = 0] = []] = places;
  const [least, most] = [from, to].map((date) => Number(date.replaceAll("-", "")));
  const digit = (value: string, at: number) => {
    const found = value.charCodeAt(at) - zero;
    return found >= 0 && found <= 9 ? found : Number.NaN;
  };
  const two = (value: string, at: number) => 10 * digit(value, at) + digit(value, at + 1);
  const plain = (value: string) =>
    `${value.slice(year, year + 4)}-${value.slice(month, month + 2)}-${value.slice(day, day + 2)}`;
  return {
    pattern: /^/,
    within(value) {
      if (value.length !== 10 || value.charCodeAt(first) !== firstSign || value.charCodeAt(second) !== secondSign)
        return false;
      const [inMonth, ofYear] = [two(value, day), two(value, month)];
      const number = (100 * two(value, year) + two(value, year + 2)) * 10_000 + ofYear * 100 + inMonth;
      // What is no digit makes no number, and is below and above nothing.
      if (!(number >= (least ?? 0) && number <= (most ?? 0) && ofYear >= 1 && ofYear <= 12 && inMonth >= 1))
        return false;
      return inMonth <= 28 || isDate(plain(value));
    },
    plain,
    byteOrder: [0, 1, 2, 3].map((at) => year + at).concat([-1, month, month + 1, -1, day, day + 1]),
    explain,
  };
}
