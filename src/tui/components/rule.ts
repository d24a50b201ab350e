import { clip, displayWidth } from "../../core/text.ts";
import { glyphsOf } from "../glyphs.ts";
import { type Row, span, type Tone } from "../spans.ts";
import type { Ui } from "../state/model.ts";

/** A line across the screen that begins with what is below it. */
export function rule(ui: Ui, caption: string, tone: Tone = "strong"): Row {
  const glyphs = glyphsOf(ui.look);
  const width = ui.size.columns - 2;
  const words = clip(caption, width - 4, glyphs.ellipsis);
  const line = glyphs.rule.repeat(Math.max(0, width - displayWidth(words) - (words === "" ? 0 : 1)));
  return { spans: [span(" "), ...(words === "" ? [] : [span(words, tone), span(" ")]), span(line, "dim")] };
}
