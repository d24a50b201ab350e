import { glyphsOf } from "../drawing/glyphs.ts";
import type { PaneWidths } from "../drawing/panes.ts";
import { clipSpans, fit, type Row, span } from "../drawing/spans.ts";
import type { Ui } from "../model/model.ts";

/** Two columns of lines as one: as many as the left one has. */
export function sideBySide({ look }: Ui, left: readonly Row[], right: readonly Row[], widths: PaneWidths): Row[] {
  const { ellipsis, between } = glyphsOf(look);
  return left.map(({ spans, selected }, index) => ({
    spans: fit(spans, widths.list, "left", ellipsis),
    ...(selected !== undefined && { selected }),
    beside: [span(between, "dim"), ...clipSpans(right[index]?.spans ?? [], widths.pane, ellipsis)],
  }));
}
