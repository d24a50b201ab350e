import { glyphsOf } from "../drawing/glyphs.ts";
import { type Row, type Span, span, widthOf } from "../drawing/spans.ts";
import type { Ui } from "../model/model.ts";
import type { Binding } from "../state/binding.ts";
import { bindingsOf, contextOf, labelOf, reasonAgainst } from "../state/bindings.ts";

/** The key as it is written in footer and help. */
export function keyName(key: string, ui: Pick<Ui, "look">): string {
  const glyphs = glyphsOf(ui.look);
  const signs: Record<string, string> = { enter: glyphs.enter, space: glyphs.space, up: glyphs.up, down: glyphs.down };
  return signs[key] ?? key;
}

/** The keys that do something here, as many as fit; back and help are always among them. What is disabled is in brackets. */
export function footer(ui: Ui): Row {
  const shown = bindingsOf(contextOf(ui)).filter((binding) => binding.quiet !== true);
  const isLast = ({ action }: Binding) => action === "help" || action === "back";
  const last = shown.filter(isLast).sort((a, b) => (a.action < b.action ? -1 : 1));
  const others = shown.filter((binding) => !isLast(binding));
  // What can be done comes first; what cannot is shown where there is room.
  const items = [
    ...others.filter((binding) => !isIdle(binding, ui)),
    ...others.filter((binding) => isIdle(binding, ui)),
  ].map((binding) => item(binding, ui));
  const end = last.flatMap((binding, index) => [...(index > 0 ? [span("  ")] : []), ...item(binding, ui)]);
  const room = ui.size.columns - 2 - widthOf(end);
  const spans: Span[] = [span(" ")];
  for (const part of items) {
    if (widthOf(spans) + widthOf(part) + 2 > room) continue;
    spans.push(...part, span("  "));
  }
  return { spans: [...spans, ...end] };
}

function item(binding: Binding, ui: Ui): Span[] {
  const name = keyName(binding.keys[0] ?? "", ui);
  return isIdle(binding, ui)
    ? [span(`(${name} ${labelOf(binding, ui)})`, "dim")]
    : [span(name, "key"), span(` ${labelOf(binding, ui)}`)];
}

function isIdle(binding: Binding, ui: Ui): boolean {
  return reasonAgainst(binding, ui) !== null;
}
