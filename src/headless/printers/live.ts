import type { RunState } from "../../client/state.ts";
import type { Channel } from "../views/output.ts";
import { glyphsFor, liveLines } from "./live-view.ts";
import type { Printer } from "./printer.ts";

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const clearToEnd = "\x1b[J";

/** The last lines of a terminal, drawn over and over. What is above them is never touched. */
function region(channel: Channel) {
  let drawn: readonly string[] = [];
  const restore = () => channel.write(showCursor);

  const backToTop = () => {
    // Lines that were cut to the old width may take several rows once the terminal is narrower.
    const columns = channel.columns ?? Number.POSITIVE_INFINITY;
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(Bun.stringWidth(line) / columns)), 0);
    const reachable = Math.min(rows, (channel.rows ?? rows) - 1);
    return reachable > 0 ? `\x1b[${reachable}A\r` : "\r";
  };

  return {
    draw(lines: readonly string[]) {
      if (drawn.length === 0) {
        process.on("exit", restore);
        channel.write(hideCursor);
      }
      const start = drawn.length === 0 ? "" : backToTop();
      channel.write(`${start}${lines.map((line) => `${line}\x1b[K\n`).join("")}${clearToEnd}`);
      drawn = lines;
    },
    /** Take the lines away and give the cursor back; the next `draw` starts where the cursor is then. */
    clear() {
      if (drawn.length === 0) return;
      channel.write(`${backToTop()}${clearToEnd}${showCursor}`);
      process.off("exit", restore);
      drawn = [];
    },
  };
}

const frameMs = 100;

/** Live bars per table and stage at the bottom of a terminal, redrawn at most ten times a second and gone at the end. */
export function live(err: Channel): Printer {
  const place = region(err);
  const glyphs = glyphsFor(process.env);
  let state: RunState | null = null;
  let timer: Timer | undefined;
  let began = 0;
  let heard = 0;

  const draw = () => {
    if (state === null) return;
    const secondsFrom = (moment: number) => (performance.now() - moment) / 1000;
    place.draw(liveLines(state, err, glyphs, { elapsed: secondsFrom(began), since: secondsFrom(heard) }));
  };
  const rest = () => {
    clearInterval(timer);
    timer = undefined;
    state = null;
    place.clear();
  };

  return {
    event(_event, next) {
      if (next.end !== null) return rest();
      const isFirst = state === null;
      state = next;
      heard = performance.now();
      if (isFirst) {
        began = performance.now();
        draw();
      }
      // Only the clock moves by the timer; the bars move by what the events tell.
      timer ??= setInterval(draw, frameMs);
    },
    notice(text) {
      place.clear();
      err.write(`${text}\n`);
      draw();
    },
    end: rest,
  };
}
