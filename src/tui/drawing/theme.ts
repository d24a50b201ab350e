import type { Environment } from "../../core/settings.ts";
import { displayWidth } from "../../core/text.ts";
import { remember } from "../tools/remember.ts";
import { readableOn } from "./contrast.ts";
import type { Row, Span, Tone } from "./spans.ts";

export const depths = ["256", "16", "none"] as const;
type Depth = (typeof depths)[number];
export const themeNames = ["dark", "light"] as const;
type ThemeName = (typeof themeNames)[number];

/** Select Graphic Rendition parameters for each tone, elsewhere and on the line under the cursor. */
interface Palette {
  tones: Record<Tone, string>;
  selected: Record<Tone, string>;
}

export const colourNames = ["dim", "accent", "good", "bad", "warn", "selection"] as const;
type Colours = Record<(typeof colourNames)[number], number>;
/** Colours of one's own by the theme that they are for: of the 256 of xterm. */
export type OwnColours = Readonly<Partial<Record<ThemeName, Partial<Colours>>>>;

/** What WCAG asks of text, and what is dim is to have. */
const leastContrast = { text: 4.5, dim: 3 };

/** Of the 256 colours of xterm, by number. */
function paletteOf({ selection, ...inks }: Colours): Palette {
  const ink = (colour: number | null) => (colour === null ? "" : `38;5;${colour}`);
  // Whatever the terminal writes in, and whichever colours are somebody's own: what is marked can be read.
  const marked = (colour: number | null, least = leastContrast.text) =>
    joined(ink(readableOn(selection, colour, least)), `48;5;${selection}`);
  return {
    tones: tonesOf({ ...inks, plain: null }, ink),
    selected: { ...tonesOf({ ...inks, plain: null }, marked), dim: marked(inks.dim, leastContrast.dim) },
  };
}

function tonesOf<Ink>(
  inks: Record<Exclude<Tone, "strong" | "key">, Ink>,
  drawn: (ink: Ink) => string,
): Record<Tone, string> {
  const { plain, dim, accent, good, bad, warn } = inks;
  return {
    ...{ plain: drawn(plain), dim: drawn(dim), accent: drawn(accent), good: drawn(good), bad: drawn(bad) },
    ...{ warn: drawn(warn), strong: joined(drawn(plain), "1"), key: joined(drawn(accent), "1") },
  };
}

function joined(...codes: string[]): string {
  return codes.filter((code) => code !== "").join(";");
}

/** Each of them can be read on the theme's background, and on that of the line under the cursor. */
const usual256: Record<ThemeName, Colours> = {
  dark: { dim: 248, accent: 80, good: 114, bad: 210, warn: 221, selection: 237 },
  light: { dim: 241, accent: 24, good: 22, bad: 124, warn: 94, selection: 254 },
};

/**
 * The terminal's own colours, of which nobody knows what they are: those that can be read on either background as terminals come.
 * Red is too dark on black there, and green not dark enough on white. The line under the cursor is bold, and none of it faint.
 */
function basicOf(inks: Record<"accent" | "good" | "bad" | "warn", string>): Palette {
  return {
    tones: tonesOf({ ...inks, plain: "", dim: "2" }, (code) => code),
    selected: tonesOf({ ...inks, plain: "", dim: "" }, (code) => joined(code, "1")),
  };
}

const basic: Record<ThemeName, Palette> = {
  dark: basicOf({ accent: "36", good: "32", bad: "91", warn: "93" }),
  light: basicOf({ accent: "34", good: "", bad: "31", warn: "35" }),
};

const palettes = remember(
  (own: OwnColours) => [own],
  (own): Record<ThemeName, Record<Exclude<Depth, "none">, Palette>> => ({
    dark: { "256": paletteOf({ ...usual256.dark, ...own.dark }), "16": basic.dark },
    light: { "256": paletteOf({ ...usual256.light, ...own.light }), "16": basic.light },
  }),
);

const noColours: OwnColours = {};

export interface Look {
  theme: ThemeName;
  depth: Depth;
  unicode: boolean;
  colours?: OwnColours;
}

/** The line as text with its colours as escape sequences; without colours it is the bare text. */
export function paint(line: Row, look: Look): string {
  const palette = look.depth === "none" ? null : palettes(look.colours ?? noColours)[look.theme][look.depth];
  const painted = (spans: readonly Span[], tones: Record<Tone, string> | undefined) =>
    spans.map(({ text, tone }) => {
      const shown = look.unicode ? text : asAscii(text);
      const codes = tones?.[tone] ?? "";
      return codes === "" || text === "" ? shown : `\x1b[${codes}m${shown}\x1b[0m`;
    });
  const tones = line.selected === true ? palette?.selected : palette?.tones;
  return [...painted(line.spans, tones), ...painted(line.beside ?? [], palette?.tones)].join("");
}

/** What a terminal without Unicode can show, in as many columns: our own signs have stand-ins, data does not. */
function asAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => "?".repeat(displayWidth(character)));
}

/** How the terminal can be drawn on, as far as the environment tells. */
export function lookOf(env: Environment): Look {
  return { theme: themeOf(env), depth: depthOf(env), unicode: speaksUnicode(env) };
}

/** What was chosen goes before what the terminal says of itself; no colours is the environment's or the command line's word. */
export function chosenLook(terminal: Look, { theme, depth, unicode }: Partial<Omit<Look, "colours">>): Look {
  return {
    ...terminal,
    ...(theme !== undefined && { theme }),
    ...(unicode !== undefined && { unicode }),
    ...(depth !== undefined && terminal.depth !== "none" && { depth }),
  };
}

/** https://no-color.org: any value but the empty one turns colours off. */
function depthOf(env: Environment): Depth {
  if ((env.NO_COLOR ?? "") !== "" || env.FORCE_COLOR === "0" || env.TERM === "dumb") return "none";
  const rich = /256|kitty|ghostty|alacritty|direct|wezterm|foot/.test(env.TERM ?? "");
  return rich || /truecolor|24bit/.test(env.COLORTERM ?? "") ? "256" : "16";
}

/** COLORFGBG ("0;15") is the one widespread hint of the background; 7 and 9 to 15 are light. */
function themeOf(env: Environment): ThemeName {
  const ground = Number((env.COLORFGBG ?? "").split(";").at(-1) || Number.NaN);
  return ground === 7 || ground > 8 ? "light" : "dark";
}

/** The first of the three variables that is set decides, as in the C library; none at all means a modern terminal. */
function speaksUnicode(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  if (locale === "") return env.TERM !== "linux";
  return /utf-?8/i.test(locale);
}
