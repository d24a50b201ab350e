import { glyphsOf } from "../glyphs.ts";
import type { Ui } from "../state/model.ts";
import { remember } from "./remember.ts";
import { detailView, liveView, type RunView } from "./run-view.ts";

export type { RunView } from "./run-view.ts";

const viewOfDetail = remember(detailView);

/** The run with that number, from the ledger or from this console's own stream; null while it is not known. */
export function runViewAt(ui: Ui, run: number | null): RunView | null {
  const { live } = ui;
  const states = live === null ? [] : [live.current, ...live.past];
  const own = run === null ? live?.current : states.find((state) => state?.run === run);
  if (live !== null && own) {
    // The stream knows more than the ledger (a cancelled run's bars); the ledger has the verdicts in its own order.
    const view = liveView(live, own, ui.now);
    const known = own.run === null ? undefined : ui.details[own.run];
    return known === undefined || own.end === null ? view : { ...view, verdicts: known.verdicts };
  }
  const detail = run === null ? undefined : ui.details[run];
  return detail === undefined
    ? null
    : viewOfDetail(detail, detail.finished_at === null ? ui.now : 0, glyphsOf(ui.look));
}
