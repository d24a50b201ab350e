import type { type } from "../../core/checks.ts";
import type { colourNames } from "../drawing/theme.ts";

/** The user's own file, `console.json` in the home: keys and colours in place of the usual ones. */

/** A key as the help writes it. */
const key =
  /^(?:[!-~\u00a1-\uffff]|space|enter|tab|shift\+tab|esc|up|down|left|right|pageup|pagedown|home|end|backspace|delete|ctrl\+[a-z])$/;

/** One of the 256 colours of xterm, or any colour, for which the nearest of them stands. */
const number = "0 <= number.integer <= 255";
const any = /^#[0-9a-fA-F]{6}$/;
const colour = [number, "|", any] as const;

const palette = {
  "+": "reject",
  "dim?": colour,
  "accent?": colour,
  "good?": colour,
  "bad?": colour,
  "warn?": colour,
  "selection?": colour,
} as const satisfies Record<"+" | `${(typeof colourNames)[number]}?`, unknown>;

export const ownShape = {
  "+": "reject",
  "$schema?": "string",
  "keys?": { "[string]": [key, "|", [key, "[]"]] },
  "colours?": { "+": "reject", "dark?": palette, "light?": palette },
} as const;

export type OwnFile = type.infer<typeof ownShape>;

/** What each field means: for the JSON Schema, and for who reads of it. */
export const ownFields = {
  $schema: "where the schema of this file is, for editors",
  keys: "a usual key, and the key or keys in its place wherever it does something; an empty list takes it away",
  colours: "colours for dark and for light backgrounds, where the terminal has 256",
  dim: "what matters less",
  accent: "keys, bars and what is new",
  good: "what went well",
  bad: "what failed",
  warn: "what to look at",
  selection: "the background of the line under the cursor",
} as const;
