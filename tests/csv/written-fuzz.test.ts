import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import type { Written } from "../../src/core/written/settings.ts";
import { shapeOf } from "./reading.ts";
import { WrittenFolder } from "./written-reading.ts";

setDefaultTimeout(120_000);

const seed = Number(process.env.SEED ?? 20_240_131);
const kinds = ["text", "text", "numeric", "int4", "date", "bool"] as const;
const shape = shapeOf({ id: "text not null", t: "text", f: "numeric", i: "int4", d: "date", b: "bool" }, ["id"]);

/** What both readers are told; where they would differ by intent, nothing is drawn. */
const dialects = fc
  .record({
    delimiter: fc.constantFrom(",", ";", "|", "\t"),
    quote: fc.constantFrom('"', '"', "'", "none"),
    escape: fc.constantFrom("doubled", "doubled", "backslash"),
    encoding: fc.constantFrom(
      "utf-8",
      "utf-8",
      "utf-16",
      "windows-1252",
      "latin1",
      "iso-8859-15",
      "koi8-r",
      "shift_jis",
    ),
    line_ends: fc.constantFrom("one", "mixed"),
    decimal: fc.constantFrom(".", ","),
    thousands: fc.constantFrom(null, null, ".", ",", " ", "'", "_"),
    dates: fc.uniqueArray(
      fc.constantFrom(
        "DD/MM/YYYY",
        "MM/DD/YYYY",
        "YYYY-MM-DD",
        "YYYYMMDD",
        "DD.MM.YYYY",
        "YYYY/MM/DD",
        "MM-DD-YYYY",
        "DD MMM YYYY",
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    words: fc.constantFrom<string[][]>(["true", "false"], ["yes", "no"], ["y", "n"], ["1", "0"]),
    null: fc.constantFrom<string[][]>([""], ["", "NA"], ["", "n/a", "-"]),
    trim: fc.constantFrom("none", "none", "all"),
    comment: fc.constantFrom(null, null, "#"),
  })
  .map(({ words: [yes = "", no = ""], thousands, comment, quote, escape: escaped, ...rest }): Written => {
    const signs = thousands === rest.decimal ? {} : { ...(thousands !== null && { thousands }) };
    const escapes = quote === "none" ? {} : { escape: escaped };
    return { ...rest, quote, ...escapes, ...signs, true: [yes], false: [no], ...(comment !== null && { comment }) };
  });

const textCells = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom(
    "a,b",
    "a;b",
    'say "x"',
    "it's",
    "x|y",
    "a\tb",
    " pad ",
    "é",
    "да",
    "\\",
    "a\nb",
    "1.234,5",
    "",
    "NA",
    "#x",
  ),
);
const numbers = fc.oneof(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.integer({ min: 0, max: 20 }));
const days = fc.date({ min: new Date("1950-01-01"), max: new Date("2050-01-01"), noInvalidDate: true });
const rows = fc.array(
  fc.record({
    t: textCells,
    f: numbers,
    scale: fc.nat(4),
    i: numbers,
    d: days,
    b: fc.boolean(),
    isGrouped: fc.boolean(),
    gap: fc.nat(7),
    form: fc.nat(2),
  }),
  { minLength: 1, maxLength: 8 },
);
/** A file is changed in one place, by these characters, or not at all. */
const changes = fc.option(
  fc.record({ at: fc.nat(), by: fc.constantFrom('"', "'", ",", ";", ".", "\\", "\r", "\n", "7", "x", " ", "é") }),
  { freq: 2 },
);

type Row = typeof rows extends fc.Arbitrary<(infer One)[]> ? One : never;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function cellsOf(row: Row, index: number, written: Written): string[] {
  const grouped = (digits: string) =>
    row.isGrouped && written.thousands ? digits.replace(/\B(?=(\d{3})+$)/g, written.thousands) : digits;
  const number = (value: number, scale: number) => {
    const digits = String(Math.abs(value)).padStart(scale + 1, "0");
    const whole = grouped(digits.slice(0, digits.length - scale));
    const fraction = scale === 0 ? "" : (written.decimal ?? ".") + digits.slice(digits.length - scale);
    return (value < 0 ? "-" : "") + whole + fraction;
  };
  const iso = row.d.toISOString().slice(0, 10);
  const [year = "", month = "", day = ""] = iso.split("-");
  const form = written.dates?.[row.form % written.dates.length] ?? "YYYY-MM-DD";
  const date = form
    .replace("MMM", months[Number(month) - 1] ?? "")
    .replace("YYYY", year)
    .replace("MM", month)
    .replace("DD", day);
  const cells = [
    `k${index}`,
    row.t,
    number(row.f, row.scale),
    number(row.i, 0),
    date,
    (row.b ? written.true : written.false)?.[0] ?? "",
  ];
  if (row.gap > 0 && row.gap < cells.length) cells[row.gap] = written.null?.at(-1) ?? "";
  return cells;
}

/** A file as a program would write it that quotes what it must. */
function fileOf(table: readonly Row[], written: Written): string {
  const { delimiter = ",", quote = '"', comment } = written;
  const isBackslash = written.escape === "backslash";
  const write = (cell: string) => {
    if (quote === "none") return cell.replace(/[\r\n]/g, " ").replaceAll(delimiter, " ");
    const must = [delimiter, quote, "\n", "\r", ...(isBackslash ? ["\\"] : [])].some((one) => cell.includes(one));
    if (!must) return cell;
    const inner = isBackslash
      ? cell.replace(/["'\\]/g, (one) => (one === quote || one === "\\" ? `\\${one}` : one))
      : cell.replaceAll(quote, quote + quote);
    return quote + inner + quote;
  };
  const ends = written.line_ends === "mixed" ? ["\r\n", "\n"] : ["\n"];
  const lines = [["id", "t", "f", "i", "d", "b"], ...table.map((row, index) => cellsOf(row, index, written))];
  return lines
    .map((cells, index) => {
      const note = comment !== undefined && comment !== null && index % 3 === 1 ? `${comment} a line apart\n` : "";
      return note + cells.map(write).join(delimiter) + ends[index % ends.length];
    })
    .join("");
}

const python = Bun.which("python3");
const folder = new WrittenFolder();
let child: Bun.Subprocess<"pipe", "pipe", "inherit">;
let lines: AsyncIterator<string>;

beforeAll(() => {
  if (python === null) return;
  child = Bun.spawn([python, join(import.meta.dir, "independent.py")], {
    stdin: "pipe",
    stdout: "pipe",
    env: { ...process.env, PYTHONUNBUFFERED: "1" },
  });
  lines = linesOf(child.stdout);
});
afterAll(async () => {
  child?.stdin.end();
  await child?.exited;
  folder.remove();
});

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
}

async function byPython(job: object): Promise<{ rows?: (string | null)[][]; error?: string }> {
  child.stdin.write(`${JSON.stringify(job)}\n`);
  await child.stdin.flush();
  return JSON.parse((await lines.next()).value);
}

/** Bytes of the text in an encoding, by Python, since the platform only decodes. Null where it has not got a character. */
async function encode(text: string, encoding: string): Promise<Buffer | null> {
  if (encoding === "utf-8") return Buffer.from(text);
  if (encoding === "utf-16") return Buffer.from(`\ufeff${text}`, "utf16le");
  const answer = await byPython({ encode: text, encoding });
  return "bytes" in answer ? Buffer.from(String(answer.bytes), "base64") : null;
}

/** Equal for equal numbers, and for true or false in either case. */
function normal(cell: string | null, column: number): string | null {
  if (column === 5) return cell?.toLowerCase() ?? null;
  if (cell === null || (column !== 2 && column !== 3)) return cell;
  const [, sign = "", whole = "", fraction = ""] = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(cell) ?? [];
  const digits = `${whole || "0"}${fraction === "" ? "" : `.${fraction}`}`;
  return /^[0.]*$/.test(digits) ? "0" : sign + digits;
}

test.skipIf(python === null)(
  "what is read is what Python's csv, decimal and datetime read, in whatever dialect",
  async () => {
    const counts = { both: 0, refused: 0, neither: 0 };
    await fc.assert(
      fc.asyncProperty(dialects, rows, changes, async (written, table, change) => {
        const sound = fileOf(table, written);
        const at = change === null ? 0 : change.at % sound.length;
        const text = change === null ? sound : sound.slice(0, at) + change.by + sound.slice(at + 1);
        const bytes = await encode(text, written.encoding ?? "utf-8");
        if (bytes === null) return;
        const ours = await folder.read(bytes, shape, written);
        writeFileSync(join(folder.path, "p.csv"), bytes);
        const theirs = await byPython({ path: join(folder.path, "p.csv"), kinds, written });
        if (ours.faultCount > 0) {
          counts[theirs.rows === undefined ? "neither" : "refused"]++;
          return;
        }
        counts.both++;
        const what = { written, text, error: theirs.error };
        expect({ ...what, rows: ours.cells.map((row) => row.map(normal)) }).toEqual({
          ...what,
          rows: (theirs.rows ?? []).map((row) => row.map(normal)),
        });
      }),
      { seed, numRuns: Number(process.env.DIALECTS ?? 300) },
    );
    expect(counts.both).toBeGreaterThan(50);
    if (process.env.DIALECTS) console.log(counts);
  },
);
