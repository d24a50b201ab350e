import { escapeControl } from "../../core/text.ts";

/** Text of the data or about it, as a page shows it: what nobody would see, or what turns a line around, stands as its escape. */
export function shown(text: string): string {
  return escapeControl(text);
}

/** The same for what has lines of its own, such as a statement. */
export function shownLines(text: string): string {
  return text.split("\n").map(escapeControl).join("\n");
}
