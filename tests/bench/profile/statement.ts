/** From one moment to another, in milliseconds. */
export type Span = readonly [from: number, to: number];

/** A statement, or what else is asked of a server, with all that it cost. Moments are milliseconds of one clock. */
export interface Statement {
  /** Which connection, from 1 on. */
  connection: number;
  /** SQL as it was sent, or what it is in parentheses. */
  text: string;
  /** When the first of its messages had been sent. */
  began: number;
  /** When the last answer to it came. */
  ended: number;
  /** When the client had said all there was to say, and the server had not answered all of it. */
  waits: Span[];
  /** When data of a COPY were on their way to the server: both sides work. */
  copying: Span[];
  /** Of a COPY, in either direction. */
  copiedBytes: number;
  /** Read or written; null when the server told of none. */
  rows: number | null;
  outcome: "answered" | "failed" | "skipped" | "unanswered";
}

export function newStatement(connection: number, text: string, began: number): Statement {
  return {
    connection,
    text,
    began,
    ended: began,
    waits: [],
    copying: [],
    copiedBytes: 0,
    rows: null,
    outcome: "unanswered",
  };
}

/** When there was something under way that is the server's, in part at least. */
export function busySpans({ waits, copying }: Statement): Span[] {
  return [...waits, ...copying];
}
