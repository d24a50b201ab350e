import type { RunState } from "../../client/state.ts";
import { region } from "../live/region.ts";
import { glyphsFor, liveLines } from "../live/view.ts";
import type { Channel } from "../output.ts";
import { type Printer, printer } from "./printer.ts";

const frameMs = 100;

/** Live bars per table and stage at the bottom of a terminal, redrawn at most ten times a second and gone at the end. */
export function live(err: Channel): Printer {
  const place = region(err);
  const glyphs = glyphsFor(process.env);
  let state: RunState | null = null;
  let timer: Timer | null = null;
  let began = 0;

  const draw = () => {
    if (state === null) return;
    const elapsed = (performance.now() - began) / 1000;
    place.draw(
      liveLines(state, { columns: err.columns ?? 80, rows: err.rows ?? 24, paint: err.paint, glyphs, elapsed }),
    );
  };
  const rest = () => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    state = null;
    place.clear();
  };

  return printer({
    event(_event, next) {
      if (next.end !== null) return rest();
      const isFirst = state === null;
      state = next;
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
  });
}
