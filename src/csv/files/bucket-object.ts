import { codeOf, metLater } from "../../core/errors.ts";
import { addressOf, clientFor, heard, objectStats, statsOf, Tries } from "./bucket.ts";
import { Refusal } from "./bucket-words.ts";
import type { FileStats, Handle, OpenFile } from "./opened.ts";
import { SourceFault } from "./source-fault.ts";

/** Enough for a header; and what is asked for at once of what is read on, of which two such are held. */
const firstBytes = 256 * 1024;
const windowBytes = 4 * 1024 * 1024;

interface Window {
  start: number;
  end: number;
  bytes: Promise<Buffer>;
}

/** Opens an object: its first bytes tell what it is. Rejects with a SourceFault where there is none. */
export async function openObject(path: string): Promise<OpenFile> {
  const aborting = new AbortController();
  const tries = new Tries();
  for (;;) {
    try {
      const response = await requested(path, 0, firstBytes, null, aborting.signal);
      if (response.status === 416) break;
      const bytes = await whole(response);
      const stats = statsIn(response, bytes.length);
      const wanted = Math.min(firstBytes, stats.size);
      // The rest of what was cut off is asked for like any other.
      const window = { start: 0, end: Math.min(bytes.length, wanted), bytes: Promise.resolve(bytes) };
      return { handle: new ObjectReader(path, stats, window, tries, aborting), stats };
    } catch (error) {
      if (error instanceof SourceFault) throw error;
      await tries.again(error, path);
    }
  }
  // It has no bytes.
  const stats = (await objectStats(path)) ?? throwMissing();
  const window = { start: 0, end: 0, bytes: Promise.resolve(Buffer.alloc(0)) };
  return { handle: new ObjectReader(path, stats, window, tries, aborting), stats };
}

/** Hands an object out in pieces, and asks for the next while one is worked on. Whatever comes is of the object that was opened. */
class ObjectReader implements Handle {
  #next: Window | null = null;

  constructor(
    readonly path: string,
    readonly stats: FileStats,
    private window: Window,
    readonly tries: Tries,
    readonly aborting: AbortController,
  ) {}

  async read<Bytes extends Uint8Array>(buffer: Bytes, offset: number, length: number, position: number) {
    if (position >= this.stats.size || length === 0) return { bytesRead: 0, buffer };
    const { start, bytes } = this.#at(position);
    const held = await bytes;
    const bytesRead = held.copy(buffer, offset, position - start, position - start + length);
    return { bytesRead, buffer };
  }

  cancel(): void {
    this.aborting.abort();
  }

  async close(): Promise<void> {
    this.aborting.abort();
  }

  #at(position: number): Window {
    const isIn = ({ start, end }: Window) => start <= position && position < end;
    if (isIn(this.window)) return this.window;
    const goesOn = position === this.window.end;
    const next =
      this.#next !== null && isIn(this.#next) ? this.#next : this.#ask(position, goesOn ? windowBytes : firstBytes);
    this.window = next;
    this.#next = goesOn && next.end < this.stats.size ? this.#ask(next.end, windowBytes) : null;
    return next;
  }

  #ask(start: number, length: number): Window {
    const end = Math.min(start + length, this.stats.size);
    return { start, end, bytes: metLater(this.#fetch(start, end)) };
  }

  /** Goes on from where a connection was lost. */
  async #fetch(start: number, end: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(end - start);
    let held = 0;
    while (held < bytes.length) {
      try {
        const { signal } = this.aborting;
        const response = await requested(this.path, start + held, bytes.length - held, String(this.stats.ino), signal);
        if (statsIn(response, 0).ino !== this.stats.ino) throw changed();
        for await (const chunk of chunksOf(response)) {
          bytes.set(chunk.subarray(0, bytes.length - held), held);
          held = Math.min(held + chunk.length, bytes.length);
        }
        if (held < bytes.length) throw new Refusal("CutShort", null);
      } catch (error) {
        if (error instanceof SourceFault || this.aborting.signal.aborted) throw error;
        await this.tries.again(error, this.path);
      }
    }
    return bytes;
  }
}

/** A part of an object, which has to be the one with that ETag. The URL is signed for a minute and goes nowhere else. */
async function requested(
  path: string,
  start: number,
  length: number,
  etag: string | null,
  signal: AbortSignal,
): Promise<Response> {
  const { bucket, key } = addressOf(path);
  const url = clientFor(bucket).presign(key, { method: "GET", expiresIn: 60 });
  const headers = { Range: `bytes=${start}-${start + length - 1}`, ...(etag !== null && { "If-Match": `"${etag}"` }) };
  const asking = fetch(url, { headers, signal, redirect: "manual", decompress: false }).catch((error) => {
    // What fetch says of it may repeat the URL.
    throw new Refusal(codeOf(error) || "Failed", null);
  });
  const response = await heard(asking);
  if (response.status === 206 || (response.status === 200 && start === 0) || (response.status === 416 && start === 0)) {
    return response;
  }
  const code = /<Code>(\w{1,60})<\/Code>/.exec(await heard(response.text()))?.[1] ?? String(response.status);
  if (response.status === 412 || response.status === 416) throw changed();
  if (code === "NoSuchKey") throw etag === null ? missing() : gone();
  throw new Refusal(code, response.status);
}

/** Each chunk, unless the server falls silent. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  for (;;) {
    const read = await (reader === undefined ? { done: true as const } : heard(reader.read()));
    if (read.done) return;
    yield read.value;
  }
}

async function whole(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(response)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `length`: of what came, where the server does not tell how long the object is. */
function statsIn({ headers }: Response, length: number): FileStats {
  const size = Number(
    /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1] ?? headers.get("content-length") ?? length,
  );
  return statsOf(size, headers.get("last-modified") ?? new Date(0), headers.get("etag") ?? "");
}

const changed = () => new SourceFault("file_changed", "it was replaced or written over since it was opened");
const gone = () => new SourceFault("file_changed", "it is gone since it was opened");
const missing = () => new SourceFault("file_missing", "there is no such object");

function throwMissing(): never {
  throw missing();
}
