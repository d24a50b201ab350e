/** Turns one line of a sound file, without its line end, into one that is bad in every cell; with its line end. */
export type Spoil = (line: string, index: number) => string;

const eachCell = (spoil: (cell: string) => string): Spoil => {
  return (line) => `${line.split(",").map(spoil).join(",")}\n`;
};

/** Kinds of bad files of which every row is at fault, and mostly every cell. Characters are bytes: é is Latin-1. */
export const spoils: Record<string, Spoil> = {
  "the same wrong value": (line) => `${line.slice(0, line.indexOf(","))} ,n/a,n/a,n/a,n/a,n/a\n`,
  "other wrong values in each row": eachCell((cell) => ` ${cell}h`),
  "numbers that could be mended": eachCell((cell) => `${cell} `),
  "numbers out of range": eachCell((cell) => `${cell.replace(".", "9")}e999999`),
  "values longer than is shown": eachCell((cell) => cell.padEnd(100, "x")),
  "letters beyond ASCII": eachCell((cell) => `${cell}\xe6\x97\xa5`),
  "control characters": eachCell((cell) => `${cell}\x1b`),
  "spreadsheet formulas": eachCell((cell) => `=${cell}+A1`),
  "words for NULL": eachCell(() => "nan"),
  "empty strings": eachCell(() => '""'),
  "quoted wrong values": eachCell((cell) => `"${cell} "`),
  "Latin-1": eachCell((cell) => `${cell}\xe9`),
  "NUL bytes": eachCell((cell) => `${cell}\0`),
  "lone carriage returns": eachCell((cell) => `${cell}\r0`),
  "bare quotes": eachCell((cell) => `${cell}"`),
  "text after a closing quote": eachCell((cell) => `"${cell}"h`),
  "unclosed quotes": (line) => `"${line.replaceAll(",", "x,")}\n`,
  "CRLF after an LF header": (line) => `${line}\r\n`,
  "line ends in turn": (line, index) => (index % 2 === 0 ? `${line}\r\n` : `${line}\n`),
  "too few values": (line) => `${line.slice(0, line.lastIndexOf(","))}\n`,
  "too many values": (line) => `${line},1\n`,
  "too many values, one quoted": (line) => `${line},"1"\n`,
  "blank lines between rows": (line) => `${line}\n\n`,
  "other wrong values, one in ten Latin-1": (line, index) =>
    eachCell((cell) => (index % 10 === 0 ? `${cell}\xe9` : `${cell} `))(line, index),
};

/** The sound file's bytes, each line but its header spoilt; bytes as characters, so `latin1` on both sides. */
export function* spoilt(text: string, spoil: Spoil): Generator<string> {
  const header = text.indexOf("\n") + 1;
  yield text.slice(0, header);
  let index = 0;
  for (let at = header; at < text.length; index++) {
    const end = text.indexOf("\n", at);
    yield spoil(text.slice(at, end), index);
    at = end + 1;
  }
}
