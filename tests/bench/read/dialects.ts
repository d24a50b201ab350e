import type { Written } from "../../../src/core/written/settings.ts";

/** The good file in another dialect, and what the manifest says of it. */
export interface OtherDialect {
  written: Written;
  rewrite(text: string): Buffer;
}

const semicolons = (text: string) => text.replaceAll(",", ";");
const german = (text: string) => semicolons(text).replaceAll(".", ",");

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
    rewrite: (text) => Buffer.from(text.replace(/,\d+$/gm, ",NA")),
  },
  "blanks around values": {
    written: { trim: "all" },
    rewrite: (text) => Buffer.from(text.replaceAll(",", " , ")),
  },
  "a comment every ten rows": {
    written: { comment: "#" },
    rewrite: (text) => Buffer.from(text.replace(/(?:.*\n){10}/g, "$&# and on\n")),
  },
};
