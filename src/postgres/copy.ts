import { once } from "node:events";
import type { Writable } from "node:stream";
import type postgres from "postgres";
import type { Transaction } from "./connect.ts";

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
export async function copyInto(_tx: Transaction, query: postgres.PendingQuery<postgres.Row[]>): Promise<CopyWriter> {
  const stream: CopyStream = await query.writable();
  const ended = new Promise<never>((_, reject) => stream.once("error", reject));
  // Whoever writes next sees the error; until then nobody may be waiting for it.
  ended.catch(() => {});
  const throwIfEnded = () => {
    if (stream.errored) throw stream.errored;
  };
  return {
    async write(chunk) {
      throwIfEnded();
      stream.write(chunk);
      if (stream.writableLength > highWater) await Promise.race([once(stream, "drain"), ended]);
    },
    async finish() {
      throwIfEnded();
      const finished = new Promise<void>((resolve) => stream.end(resolve));
      await Promise.race([finished, ended]);
      return stream.count ?? 0;
    },
    async abort(reason) {
      if (stream.closed) return;
      const closed = new Promise((resolve) => stream.once("close", resolve));
      stream.destroy(new Error(reason));
      await closed;
    },
  };
}
