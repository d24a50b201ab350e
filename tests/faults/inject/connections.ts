import { Socket } from "node:net";
import { Line } from "../../../src/postgres/target/line.ts";
import { Messages } from "./messages.ts";
import { points } from "./points.ts";

/** What the driver writes to: Node's socket where TLS is wanted, which a server need not have. */
type Wire = Socket | Line;
type Write = (chunk: Uint8Array | string, ...rest: unknown[]) => boolean;

/** A connection whose writing waits, and what is to be written then. */
interface Held {
  chunks: { bytes: Buffer; rest: unknown[] }[];
}

const messages = new WeakMap<Wire, Messages>();
const held = new WeakMap<Wire, Held>();

/** From now on each message to a server is a point, before it is sent; a COMMIT is one more after it was. */
export function watchConnections(): void {
  for (const { prototype } of [Socket, Line]) {
    const original = prototype.write as Write;
    prototype.write = function (this: Wire, chunk: Uint8Array | string, ...rest: unknown[]): boolean {
      const bytes = Buffer.from(chunk as Uint8Array);
      const waiting = held.get(this);
      if (waiting !== undefined) {
        waiting.chunks.push({ bytes, rest });
        return true;
      }
      const write: Write = original.bind(this);
      return send(this, write, bytes, rest);
    };
  }
}

function send(socket: Wire, write: Write, bytes: Buffer, rest: unknown[]): boolean {
  const known = messages.get(socket) ?? new Messages();
  messages.set(socket, known);
  /** What is not written yet: nothing but a fault comes between messages that the driver sends in one. */
  let unsent: Buffer[] = [];
  const flush = () => {
    if (unsent.length > 0) write(Buffer.concat(unsent));
    unsent = [];
  };
  const all = [...known.of(bytes)];
  for (const [index, { bytes: message, what, refusable }] of all.entries()) {
    if (refusable !== null && points?.reach(`refusal of ${what ?? "a statement"}`, ["throw"]) === "throw") {
      unsent.push(refusable());
      continue;
    }
    const deed = what === null ? null : points?.reach(what, ["kill", "cut", "hold"], flush);
    if (deed === "cut") return cut(socket);
    if (deed === "hold") return hold(socket, write, Buffer.concat(all.slice(index).map((one) => one.bytes)), rest);
    unsent.push(message);
  }
  const isWritten = write(Buffer.concat(unsent), ...rest);
  if (!all.some(({ what }) => what === "statement commit")) return isWritten;
  return points?.reach("after statement commit", ["kill", "cut"]) === "cut" ? cut(socket) : isWritten;
}

function cut(socket: Wire): true {
  socket.destroy();
  return true;
}

function hold(socket: Wire, write: Write, bytes: Buffer, rest: unknown[]): true {
  const waiting: Held = { chunks: [{ bytes, rest }] };
  held.set(socket, waiting);
  void points?.released().then(() => {
    held.delete(socket);
    for (const { bytes, rest } of waiting.chunks) if (!socket.destroyed) write(bytes, ...rest);
  });
  return true;
}
