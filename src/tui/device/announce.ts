import { headline } from "../../client/run-words.ts";
import { escapeControl } from "../../core/text.ts";
import { runViewAt } from "../model/lists.ts";
import { isRunning, type Ui } from "../model/model.ts";
import type { RunView } from "../model/run-view.ts";

/** What is told beside the screen: in the window's title, and to whoever looks elsewhere meanwhile. */

const name = "StreamFlow console";

/** What runs and how far it is: of all tables in all stages, the part that is done. */
export function windowTitle(ui: Ui): string {
  const view = isRunning(ui) ? runViewAt(ui, null) : null;
  if (view === null) return name;
  return `${escapeControl(view.month)} ${Math.floor(100 * partOf(view))} % - ${name}`;
}

function partOf({ tables }: RunView): number {
  const cells = tables.flatMap((table) => Object.values(table.cells)).filter(({ state }) => state !== "off");
  const done = cells.reduce((sum, { state, part }) => sum + (state === "done" ? 1 : part), 0);
  return cells.length === 0 ? 0 : done / cells.length;
}

/** Puts the title of the window aside, and back. */
export const titleKept = { save: "\x1b[22;2t", restore: "\x1b[23;2t" };

export function titleSequence(title: string): string {
  return `\x1b]2;${title}\x07`;
}

/** As iTerm2 and its kin have it, and as rxvt, foot and others do; and a bell for those that know neither. */
export function announcement(text: string): string {
  const told = escapeControl(text).replaceAll(";", ",");
  return `\x1b]9;${told}\x07\x1b]777;notify;${name};${told}\x07\x07`;
}

/** Seconds that a run takes before its end is news to whoever asked for it. */
const longRun = 10;

/** What is to be announced of a run that has just ended; null for a short one. */
export function endOfLongRun(ui: Ui): string | null {
  const { live } = ui;
  const [first] = [...(live?.past ?? []), ...(live?.current == null ? [] : [live.current])];
  if (live?.current == null || first === undefined) return null;
  const seconds = (Date.parse(live.current.latest_at) - Date.parse(first.started_at)) / 1000;
  return seconds > longRun ? headline(live.current) : null;
}

/** Reports of the mouse: presses and the wheel, by columns and rows. */
export const mouseReports = { on: "\x1b[?1000h\x1b[?1006h", off: "\x1b[?1006l\x1b[?1000l" };
