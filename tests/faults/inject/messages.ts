/** A message that goes to the server, with what it is in words. */
export interface Sent {
  bytes: Buffer;
  /** Null for what only belongs to the one before. */
  what: string | null;
  /** The same message with a statement that the server refuses; null where it carries none, or one that only ends what was done. */
  refusable: (() => Buffer) | null;
}

/** What each kind of message is, where it is a step of its own (PostgreSQL manual, "Message Formats"). */
const steps: Record<string, string> = {
  Q: "statement",
  B: "statement",
  d: "rows of a copy",
  c: "end of a copy",
  f: "end of a copy",
  X: "goodbye",
};

/** Takes apart what one connection writes. Statements are named by their texts, which are told before they are used. */
export class Messages {
  #isOpen = false;
  readonly #texts = new Map<string, string>();

  /** Of bytes that end with a message. */
  *of(bytes: Buffer): Generator<Sent> {
    if (!this.#isOpen) {
      this.#isOpen = true;
      yield { bytes, what: "first words to the server", refusable: null };
      return;
    }
    for (let at = 0; at < bytes.length; ) {
      const kind = String.fromCharCode(bytes[at] ?? 0);
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      const message = bytes.subarray(at, end);
      const step = steps[kind];
      const what = step === undefined ? this.#note(kind, message) : this.#named(kind, step, message);
      yield { bytes: message, what, refusable: refusableOf(kind, message) };
      at = end;
    }
  }

  #note(kind: string, message: Buffer): null {
    const [name = "", text = ""] = textsIn(message);
    if (kind === "P") this.#texts.set(name, text);
    return null;
  }

  #named(kind: string, step: string, message: Buffer): string {
    const [first = "", second = ""] = textsIn(message);
    const text = kind === "Q" ? first : kind === "B" ? (this.#texts.get(second) ?? "") : "";
    return `${step} ${text.replace(/\s+/g, " ").trim()}`.trim();
  }
}

/** Its first two texts, each of which ends with a zero byte. */
function textsIn(message: Buffer): string[] {
  const first = message.indexOf(0, 5);
  const second = message.indexOf(0, first + 1);
  return [message.toString("utf8", 5, first), message.toString("utf8", first + 1, second)];
}

const ending = /^\s*(commit|rollback|release|savepoint)/i;

/** What the server finds wrong before it does anything; its class is none of those that an expectation may fail with. */
const refused = "select made_to_fail.here()";

function refusableOf(kind: string, message: Buffer): Sent["refusable"] {
  if (kind !== "P" && kind !== "Q") return null;
  const texts = textsIn(message);
  const text = (kind === "P" ? texts[1] : texts[0]) ?? "";
  if (ending.test(text)) return null;
  return () => {
    const at = message.indexOf(text, 5);
    const body = [message.subarray(5, at), Buffer.from(refused), message.subarray(at + Buffer.byteLength(text))];
    const head = Buffer.alloc(5, message.subarray(0, 1));
    head.writeUInt32BE(4 + body.reduce((sum, { length }) => sum + length, 0), 1);
    return Buffer.concat([head, ...body]);
  };
}
