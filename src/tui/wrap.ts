import { clip, displayWidth } from "../core/text.ts";

/** Text broken at blanks into lines of at most `width` columns; beyond `most` lines the last one is cut. */
export function wrap(text: string, width: number, most: number, ellipsis = "…"): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const shown = lines.slice(0, most).map((line) => clip(line, width, ellipsis));
  const rest = lines.slice(most);
  if (rest.length > 0) shown[most - 1] = clip(`${shown[most - 1]} ${rest.join(" ")}`, width, ellipsis);
  return shown;
}
