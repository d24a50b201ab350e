import type { Channel } from "../output.ts";

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const clearToEnd = "\x1b[J";

/** The last lines of a terminal, drawn over and over. What is above them is never touched. */
export interface Region {
  draw(lines: readonly string[]): void;
  /** Take the lines away and give the cursor back; the next `draw` starts where the cursor is then. */
  clear(): void;
}

export function region(channel: Channel): Region {
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
    draw(lines) {
      if (drawn.length === 0) {
        process.on("exit", restore);
        channel.write(hideCursor);
      }
      const start = drawn.length === 0 ? "" : backToTop();
      channel.write(`${start}${lines.map((line) => `${line}\x1b[K\n`).join("")}${clearToEnd}`);
      drawn = lines;
    },
    clear() {
      if (drawn.length === 0) return;
      channel.write(`${backToTop()}${clearToEnd}${showCursor}`);
      process.off("exit", restore);
      drawn = [];
    },
  };
}
