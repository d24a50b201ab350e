import { type Message, numberAt, textsIn } from "./messages.ts";
import { newStatement, type Statement } from "./statement.ts";

/** An answer that the server owes. */
interface Owed {
  statement: Statement;
  /** The letters of the messages that are it. */
  kinds: string;
  /** Whether the client has said what makes the server answer. */
  flushed: boolean;
}

/** Authentication that the client has to go on with: a password, MD5, SASL and its next step. */
const asksForMore = new Set([3, 5, 10, 11]);

/**
 * What is said on one connection, put down to statements. A client may send several before the first is answered: the
 * server answers in order, so all that it owes stands in a queue, and it works for whoever stands first.
 */
export class Conversation {
  readonly statements: Statement[] = [];
  /** How often the client had to wait for the server to go on. */
  roundTrips = 0;
  readonly #connection: number;
  readonly #texts = new Map<string, string>();
  #owed: Owed[] = [];
  /** The one whose messages are being sent. */
  #open: Statement | null = null;
  #waitingSince: number | null = null;
  #copy: { statement: Statement; since: number } | null = null;
  /** After an error the server ignores all that comes before a Sync. */
  #skipping = false;

  constructor(connection: number) {
    this.#connection = connection;
  }

  /** The client has sent this message. */
  sent({ kind, body, size }: Message, at: number): void {
    switch (kind) {
      case "startup":
        this.#ask("(connect)", "Z", at);
        break;
      case "tls?":
      case "gss?":
        this.#ask(`(${kind})`, "tls", at);
        break;
      case "p":
        this.#flush(at);
        break;
      case "Q":
        this.#ask(textsIn(body)[0] ?? "", "Z", at);
        break;
      case "P": {
        const [name = "", text = ""] = textsIn(body);
        this.#texts.set(name, text);
        this.#opened(at).text = text;
        this.#owe("1", at);
        break;
      }
      case "B": {
        const [, name = ""] = textsIn(body);
        this.#opened(at).text = this.#texts.get(name) ?? `(unknown statement "${name}")`;
        this.#owe("2", at);
        break;
      }
      case "D":
        // Of a statement the parameters are described, too.
        if (body[0] === "S".charCodeAt(0)) this.#owe("t", at);
        this.#owe("Tn", at);
        break;
      case "C":
        this.#owe("3", at);
        break;
      case "E":
        this.#owe("CIs", at);
        this.#open = null;
        break;
      case "S":
        this.#sync(at);
        break;
      case "H":
        this.#flush(at);
        break;
      case "d":
        if (this.#copy !== null) this.#copy.statement.copiedBytes += size;
        break;
      case "c":
      case "f":
        this.#endCopy(at);
        this.#flush(at);
        break;
    }
  }

  /** The server has answered with this message. */
  answered({ kind, body, size }: Message, at: number): void {
    const [first] = this.#owed;
    if (first === undefined) return;
    const { statement } = first;
    if (kind === "D") statement.rows = (statement.rows ?? 0) + 1;
    if (kind === "d") statement.copiedBytes += size;
    if (kind === "C") statement.rows = rowsOfTag(textsIn(body)[0] ?? "") ?? statement.rows;
    if (kind === "G") this.#beginCopy(first, at);
    if (kind === "R" && asksForMore.has(numberAt(body, 0))) this.#pause(at);
    if (kind === "E") this.#fail(first, at);
    if (first.kinds.includes(kind) && this.#owed[0] === first) this.#settle(first, at);
  }

  /** The connection is gone, whatever was owed. */
  closed(at: number): void {
    this.#endCopy(at);
    this.#pause(at);
    this.#owed = [];
  }

  /** Something that is one message, and answered as a whole. */
  #ask(text: string, kinds: string, at: number): void {
    this.#open = null;
    this.#opened(at).text = text;
    this.#owe(kinds, at);
    this.#open = null;
    this.#flush(at);
  }

  #opened(at: number): Statement {
    if (this.#open === null) {
      this.#open = newStatement(this.#connection, "(no statement)", at);
      this.statements.push(this.#open);
    }
    if (this.#skipping && this.#open.outcome === "unanswered") this.#open.outcome = "skipped";
    return this.#open;
  }

  #owe(kinds: string, at: number): void {
    const statement = this.#opened(at);
    if (!this.#skipping) this.#owed.push({ statement, kinds, flushed: false });
  }

  /** A Sync belongs to the statement before it. One among the data of a COPY is ignored by the server. */
  #sync(at: number): void {
    if (this.#copy !== null) return;
    this.#skipping = false;
    this.#open ??= this.#owed.at(-1)?.statement ?? this.statements.at(-1) ?? null;
    this.#owe("Z", at);
    this.#open = null;
    this.#flush(at);
  }

  #flush(at: number): void {
    if (this.#copy !== null) return;
    for (const one of this.#owed) one.flushed = true;
    if (this.#waitingSince !== null || this.#owed.length === 0) return;
    this.#waitingSince = at;
    this.roundTrips++;
  }

  /** The first in the queue has what it was owed: the server goes on with the next. */
  #settle({ statement }: Owed, at: number): void {
    this.#owed.shift();
    statement.ended = at;
    if (statement.outcome === "unanswered") statement.outcome = "answered";
    const [next] = this.#owed;
    if (next?.statement === statement && next.flushed) return;
    this.#pause(at, statement);
    if (next?.flushed) this.#waitingSince = at;
  }

  /** It is the client's turn. */
  #pause(at: number, statement = this.#owed[0]?.statement): void {
    if (this.#waitingSince !== null && statement !== undefined) statement.waits.push([this.#waitingSince, at]);
    this.#waitingSince = null;
  }

  #beginCopy({ statement, kinds }: Owed, at: number): void {
    this.#pause(at);
    this.#copy = { statement, since: at };
    // A Sync that was sent along with its Execute is ignored, too; a Query is done only with its "Z".
    if (kinds !== "Z") this.#owed = this.#owed.filter((one) => one.kinds !== "Z");
  }

  #endCopy(at: number): void {
    if (this.#copy === null) return;
    this.#copy.statement.copying.push([this.#copy.since, at]);
    this.#copy = null;
  }

  #fail(failed: Owed, at: number): void {
    this.#endCopy(at);
    // A COPY that the server ends: it owes the rest without being asked.
    this.#waitingSince ??= at;
    failed.statement.outcome = "failed";
    const synced = this.#owed.findIndex((one) => one.kinds === "Z");
    const dropped = synced < 0 ? this.#owed : this.#owed.slice(0, synced);
    for (const { statement } of dropped) if (statement.outcome === "unanswered") statement.outcome = "skipped";
    this.#skipping = synced < 0;
    if (dropped.length === 0) return;
    failed.statement.ended = at;
    this.#pause(at);
    this.#owed = synced < 0 ? [] : this.#owed.slice(synced);
    if (this.#owed[0]?.flushed) this.#waitingSince = at;
  }
}

/** "INSERT 0 5" and "COPY 5" tell of rows, "BEGIN" does not. */
function rowsOfTag(tag: string): number | null {
  const rows = /^[A-Z ]+(?:\d+ )?(\d+)$/.exec(tag)?.[1];
  return rows === undefined ? null : Number(rows);
}
