import type { Written } from "../../../src/core/written/settings.ts";

/** The good file with a date and a word in each row, of which there are many ways to write them. */
export function withDays(text: string): string {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const first = Date.UTC(2021, 0, 1);
  const rows = lines.map((line, index) => {
    const day = new Date(first + (index % 1461) * 86_400_000).toISOString().slice(0, 10);
    return `${line},${day},${index % 3 === 0 ? "True" : "False"}\n`;
  });
  return `${header},last_seen,is_trial\n${rows.join("")}`;
}

/** The good file in another dialect, and what the manifest says of it. */
export interface OtherDialect {
  written: Written;
  rewrite(text: string): Buffer;
}

const semicolons = (text: string) => text.replaceAll(",", ";");
const german = (text: string) => semicolons(text).replaceAll(".", ",");
const turned = (text: string, sign: string) => text.replace(/(\d{4})-(\d\d)-(\d\d)/g, `$3${sign}$2${sign}$1`);
const inTurn = (text: string) =>
  text
    .split("\n")
    .map((line, index) => turned(line, index % 2 === 0 ? "/" : "."))
    .join("\n");
const words = (text: string) => text.replaceAll("True", "yes").replaceAll("False", "no");

const ofEightKinds: Written = {
  ...{ delimiter: ";", decimal: ",", thousands: ".", encoding: "windows-1252", dates: ["DD/MM/YYYY"] },
  ...{ true: ["yes"], false: ["no"], null: ["", "NA"] },
};
const eightKinds = (text: string) => {
  const lacking = words(turned(text, "/")).replace(/,\d+(?=,[^,]*,[^,]*$)/gm, ",NA");
  return Buffer.from(german(lacking).replaceAll("-R", "-\xe9"), "latin1");
};

export const dialects: Record<string, OtherDialect> = {
  semicolons: { written: { delimiter: ";" }, rewrite: (text) => Buffer.from(semicolons(text)) },
  "semicolons, decimal commas": {
    written: { delimiter: ";", decimal: "," },
    rewrite: (text) => Buffer.from(german(text)),
  },
  "the same with grouped numbers allowed": {
    written: { delimiter: ";", decimal: ",", thousands: "." },
    rewrite: (text) => Buffer.from(german(text)),
  },
  "the same in Windows-1252": {
    written: { delimiter: ";", decimal: ",", encoding: "windows-1252" },
    rewrite: (text) => Buffer.from(german(text).replaceAll("-R", "-\xe9"), "latin1"),
  },
  "tabs in UTF-16": {
    written: { delimiter: "\t", encoding: "utf-16" },
    rewrite: (text) => Buffer.from(`\ufeff${text.replaceAll(",", "\t")}`, "utf16le"),
  },
  "a word for NULL in each row": {
    written: { null: ["", "NA"] },
    rewrite: (text) => Buffer.from(text.replace(/,\d+(?=,[^,]*,[^,]*$)/gm, ",NA")),
  },
  "blanks around values": {
    written: { trim: "all" },
    rewrite: (text) => Buffer.from(text.replaceAll(",", " , ")),
  },
  "another form of dates": {
    written: { dates: ["DD/MM/YYYY"] },
    rewrite: (text) => Buffer.from(turned(text, "/")),
  },
  "two forms of dates": {
    written: { dates: ["DD/MM/YYYY", "DD.MM.YYYY"] },
    rewrite: (text) => Buffer.from(inTurn(text)),
  },
  "other words for true and false": {
    written: { true: ["yes"], false: ["no"] },
    rewrite: (text) => Buffer.from(words(text)),
  },
  "semicolons, decimal commas, a word for NULL, words and dates in Windows-1252": {
    written: ofEightKinds,
    rewrite: eightKinds,
  },
  "the same with blanks around values": {
    written: { ...ofEightKinds, trim: "all" },
    rewrite: (text) => Buffer.from(eightKinds(text).toString("latin1").replaceAll(";", " ; "), "latin1"),
  },
  "a comment every ten rows": {
    written: { comment: "#" },
    rewrite: (text) => Buffer.from(text.replace(/(?:.*\n){10}/g, "$&# and on\n")),
  },
};
