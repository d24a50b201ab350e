const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Style = keyof typeof codes;

/** Puts text in a style, or leaves it as it is where colours are not wanted. */
export type Paint = (style: Style | null, text: string) => string;

export const plain: Paint = (_style, text) => text;

export const coloured: Paint = (style, text) =>
  style === null || text === "" ? text : `\x1b[${codes[style]}m${text}\x1b[0m`;

type Environment = Record<string, string | undefined>;

/**
 * Colours on a terminal only, unless FORCE_COLOR asks for them or NO_COLOR (https://no-color.org) or `--no-color`
 * forbids them.
 */
export function choosePaint(isTerminal: boolean, allowed: boolean, env: Environment): Paint {
  if (!allowed || env.NO_COLOR) return plain;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return env.FORCE_COLOR === "0" ? plain : coloured;
  return isTerminal && env.TERM !== "dumb" ? coloured : plain;
}
