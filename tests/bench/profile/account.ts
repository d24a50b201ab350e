import { busySpans, type Span, type Statement } from "./statement.ts";

/** Something that happened at a moment, in milliseconds from the start of the process. */
export interface Moment {
  at: number;
  what: string;
}

/** A part of the run, from one moment to another. */
export interface Part {
  name: string;
  span: Span;
}

export interface StatementCost {
  statement: Statement;
  /** The part in which it began. */
  part: string;
  /** Milliseconds before it in which nobody waited for the server: the console's own work. */
  before: number;
  /** Milliseconds in which data of a COPY were sent. */
  copying: number;
  /** Milliseconds in which the server alone worked on it. */
  server: number;
}

/** How a span of time was spent: the three add up to the whole. */
export interface Shares {
  wall: number;
  /** At least one connection waited for the server. */
  server: number;
  /** Data of a COPY were sent and nothing else was waited for: both sides worked. */
  copying: number;
  client: number;
}

/** Spans that overlap or touch made one, in order. */
export function union(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], to)];
    else merged.push([from, to]);
  }
  return merged;
}

export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, [from, to]) => sum + to - from, 0);
}

export function shares(statements: readonly Statement[], within: Span): Shares {
  const cut = (spans: Span[]) =>
    spans
      .map(([from, to]): Span => [Math.max(from, within[0]), Math.min(to, within[1])])
      .filter(([from, to]) => from < to);
  const wall = within[1] - within[0];
  const server = lengthOf(union(cut(statements.flatMap(({ waits }) => waits))));
  const busy = lengthOf(union(cut(statements.flatMap(busySpans))));
  return { wall, server, copying: busy - server, client: wall - busy };
}

/** What each statement cost, in the order in which they began. */
export function costs(statements: readonly Statement[], parts: readonly Part[]): StatementCost[] {
  let busyUntil = 0;
  return inOrder(statements).map((statement) => {
    const before = Math.max(0, statement.began - busyUntil);
    busyUntil = Math.max(busyUntil, ...busySpans(statement).map(([, to]) => to));
    return {
      statement,
      part: parts.findLast(({ span }) => span[0] <= statement.began)?.name ?? "",
      before,
      copying: lengthOf(statement.copying),
      server: lengthOf(statement.waits),
    };
  });
}

function inOrder(statements: readonly Statement[]): Statement[] {
  return statements.toSorted((a, b) => a.began - b.began);
}

export function whole(end: number): Part {
  return { name: "all", span: [0, end] };
}

/** The stages of a run, each until the next begins, and what comes before and after them. */
export function partsOf(stages: readonly Part[], end: number): Part[] {
  const last = stages.at(-1);
  if (last === undefined) return [whole(end)];
  const marks = [
    { name: "start", at: 0 },
    ...stages.map(({ name, span }) => ({ name, at: span[0] })),
    { name: "end", at: last.span[1] },
  ];
  return marks.map(({ name, at }, index) => ({ name, span: [at, marks[index + 1]?.at ?? end] }));
}
