import type { Line } from "./line.ts";

/** A session of this process: where, and which process of the server's serves it. */
interface OwnSession {
  url: string;
  pid: number;
  /** When the server said something in it last, by `performance.now()`. */
  heard: number;
}

const begun = new Map<Line, OwnSession>();

/** Those that go on. */
export function ownSessions(): OwnSession[] {
  // The driver takes away whoever listens for the end of a line.
  for (const line of begun.keys()) if (line.readyState !== "open") begun.delete(line);
  return [...begun.values()];
}

/** First bytes of what a server says at the login: the number of its process, and that it is ready. */
const [backendKey, ready] = [..."KZ"].map((letter) => letter.charCodeAt(0));

/** The same line, whose session is known as one of ours once the server has told which of its processes that is. */
export function noted(line: Line, url: string): Line {
  let said: Buffer = Buffer.alloc(0);
  const hearLogin = (bytes: Buffer) => {
    said = Buffer.concat([said, bytes]);
    // A letter, then the length of the rest (PostgreSQL manual, 54.7): it may come in pieces.
    for (let at = 0; at + 9 <= said.length; at += 1 + said.readUInt32BE(at + 1)) {
      if (said[at] !== backendKey && said[at] !== ready) continue;
      line.removeListener("data", hearLogin);
      if (said[at] === backendKey) begin(line, { url, pid: said.readUInt32BE(at + 5), heard: performance.now() });
      return;
    }
  };
  return line.on("data", hearLogin);
}

function begin(line: Line, session: OwnSession): void {
  begun.set(line, session);
  line.on("data", () => {
    session.heard = performance.now();
  });
}

/** A pooler told a number of its own for a session: this is the process that serves it. */
export function isServedBy(told: number, pid: number): void {
  for (const session of begun.values()) if (session.pid === told) session.pid = pid;
}
