import { once } from "node:events";
import type { Writable } from "node:stream";
import type postgres from "postgres";

/** Bytes that may wait for the server before a writer has to: enough to keep the socket busy. */
const highWater = 1024 * 1024;

/** A COPY FROM STDIN under way. It must be finished or aborted before its transaction can go on. */
export interface CopyWriter {
  /** Resolves when there is room for more. Rejects as soon as the server has refused the data. */
  write(chunk: Uint8Array): Promise<void>;
  /** Sends the end; resolves with the rows copied once the server has accepted them all. */
  finish(): Promise<number>;
  /** Gives up: the server fails the COPY, and with it the transaction. Harmless when the COPY is over already. */
  abort(reason: string): Promise<void>;
}

/** The driver's stream; our patch adds `count`, the rows that the server reports at the end. */
type CopyStream = Writable & { count?: number };

/** Start a statement such as `copy t from stdin`. Errors are the server's own, for `translate`. */
export async function copyInto(query: postgres.PendingQuery<postgres.Row[]>): Promise<CopyWriter> {
  const stream: CopyStream = await query.writable();
  // Whoever writes next is told of the error; until then nobody need be listening.
  stream.on("error", () => {});
  const throwIfFailed = () => {
    if (stream.errored) throw stream.errored;
  };
  return {
    async write(chunk) {
      throwIfFailed();
      stream.write(chunk);
      if (stream.writableLength > highWater) await once(stream, "drain");
    },
    async finish() {
      throwIfFailed();
      stream.end();
      await once(stream, "finish");
      return stream.count ?? 0;
    },
    async abort(reason) {
      if (stream.closed) return;
      stream.destroy(new Error(reason));
      // Destroying it raises the very reason given here; whoever aborts knows it.
      await once(stream, "close").catch(() => {});
    },
  };
}
