/** One message of PostgreSQL's wire protocol, version 3. */
export interface Message {
  /** The letter that it begins with; a word for those without one, which begin a connection. */
  kind: string;
  /** What stands after its length, or the beginning of that. */
  body: Uint8Array;
  /** Bytes of all that stands after its length. */
  size: number;
}

/** Who is being read: what a client says begins with messages that have no letter. */
export type Side = "client" | "server";

/** Of a body so much is kept as tells what it is; the data of a COPY are only counted. */
const keptBytes = 4096;

const lengthBytes = 4;

/** The messages without a letter, by the number in the place of a version. */
const beginnings = new Map([
  [80_877_102, "cancel"],
  [80_877_103, "tls?"],
  [80_877_104, "gss?"],
]);

/** Finds the messages in a stream of bytes, wherever it was cut. */
export class MessageReader {
  readonly #take: (message: Message) => void;
  readonly #head = new Uint8Array(1 + lengthBytes);
  #headFilled = 0;
  #hasLetter: boolean;
  #byteNext = false;
  #body = new Uint8Array(0);
  #bodyFilled = 0;
  #size = 0;
  #inBody = false;

  constructor(side: Side, take: (message: Message) => void) {
    this.#hasLetter = side === "server";
    this.#take = take;
  }

  /** The next byte is a message of its own: so a server answers whether it takes TLS. */
  expectByte(): void {
    this.#byteNext = true;
  }

  read(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) at += this.#inBody ? this.#readBody(chunk, at) : this.#readHead(chunk, at);
  }

  /** How many bytes of the chunk belonged to the head. */
  #readHead(chunk: Uint8Array, at: number): number {
    if (this.#byteNext) {
      this.#byteNext = false;
      this.#take({ kind: "tls", body: chunk.slice(at, at + 1), size: 1 });
      return 1;
    }
    const letterBytes = this.#hasLetter ? 1 : 0;
    const wanted = letterBytes + lengthBytes - this.#headFilled;
    const part = chunk.subarray(at, at + wanted);
    this.#head.set(part, this.#headFilled);
    this.#headFilled += part.length;
    if (part.length === wanted) this.#beginBody(numberAt(this.#head, letterBytes) - lengthBytes);
    return part.length;
  }

  #beginBody(size: number): void {
    this.#size = size;
    this.#body = new Uint8Array(Math.min(size, keptBytes));
    this.#bodyFilled = 0;
    this.#inBody = true;
    if (size === 0) this.#finish();
  }

  #readBody(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + this.#size - this.#bodyFilled);
    if (this.#bodyFilled < this.#body.length) {
      this.#body.set(part.subarray(0, this.#body.length - this.#bodyFilled), this.#bodyFilled);
    }
    this.#bodyFilled += part.length;
    if (this.#bodyFilled === this.#size) this.#finish();
    return part.length;
  }

  #finish(): void {
    this.#inBody = false;
    this.#headFilled = 0;
    const kind = this.#hasLetter ? String.fromCharCode(this.#head[0] ?? 0) : this.#beginning();
    this.#take({ kind, body: this.#body, size: this.#size });
  }

  /** A start-up is followed by messages with letters; whoever was refused TLS begins again. */
  #beginning(): string {
    const kind = beginnings.get(this.#size < lengthBytes ? 0 : numberAt(this.#body, 0)) ?? "startup";
    this.#hasLetter = kind === "startup";
    return kind;
  }
}

/** An unsigned number of four bytes, as the protocol writes them. */
export function numberAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

/** The texts in a body that each end with a zero byte, from `at` on; one that was cut ends where the body does. */
export function textsIn(body: Uint8Array, at = 0): string[] {
  return new TextDecoder().decode(body.subarray(at)).split("\0");
}
