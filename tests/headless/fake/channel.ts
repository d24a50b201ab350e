import { type Channel, type Paint, plain } from "../../../src/headless/views/output.ts";

/** A channel that keeps what is written to it. */
export interface KeptChannel extends Channel {
  text(): string;
}

export function keptChannel({
  columns = null,
  paint = plain,
}: {
  columns?: number | null;
  paint?: Paint;
} = {}): KeptChannel {
  let text = "";
  return {
    isTerminal: columns !== null,
    columns,
    rows: columns === null ? null : 24,
    paint,
    write: (more) => {
      text += more;
    },
    flush: async () => {},
    text: () => text,
  };
}
