import { formatBytes, formatCount } from "../../../src/core/format.ts";
import {
  costs,
  lengthOf,
  type Moment,
  type Part,
  partsOf,
  type Shares,
  type StatementCost,
  shares,
  whole,
} from "./account.ts";
import type { WatchedRun } from "./watched-run.ts";

const textWidth = 100;

/** What one run of the console cost, as tables for a terminal: what happened when, each statement, and the sums. */
export function report(heading: string, run: WatchedRun): string {
  const parts = partsOf(run.stages, run.exit);
  return [
    heading,
    "What happened, in ms from the start of the process:",
    aligned(
      ["ms", "what"],
      timeline(run).map(({ at, what }) => [ms(at), what]),
      1,
    ),
    statementWords,
    aligned(
      ["part", "began", "client before", "copying", "server", "connection", "rows", "copied", "statement"],
      costs(run.statements, parts).map(statementLine),
      8,
      [0],
    ),
    "Where the time went, in ms:",
    aligned(
      ["part", "wall", "server", "copying", "client alone", "statements"],
      [...(parts.length > 1 ? parts : []), whole(run.exit)].map((part) => partLine(run, part)),
      6,
      [0],
    ),
    "The sums:",
    aligned(["what", ""], sums(run), 2, [0]),
  ].join("\n\n");
}

const statementWords = [
  "Every statement, in ms. client before: nobody waited for the server, so it was the console's own work; copying: data of",
  "a COPY were sent, and both worked; server: all was said and the answer waited for.",
].join("\n");

function timeline({ moments, statements, firstConnection, exit }: WatchedRun): Moment[] {
  const begins = statements.filter(({ text }) => !text.startsWith("(")).map(({ began }) => began);
  const known = [
    { at: 0, what: "start" },
    ...(firstConnection === null ? [] : [{ at: firstConnection, what: "first connection" }]),
    ...(begins.length === 0 ? [] : [{ at: Math.min(...begins), what: "first statement" }]),
    ...moments,
    ...(statements.length === 0
      ? []
      : [{ at: Math.max(...statements.map(({ ended }) => ended)), what: "last answer to a statement" }]),
    { at: exit, what: "exit" },
  ];
  return known.toSorted((a, b) => a.at - b.at);
}

function statementLine({ statement, part, before, copying, server }: StatementCost): string[] {
  const { began, connection, rows, copiedBytes, outcome } = statement;
  const text = oneLine(statement.text);
  return [
    part,
    ms(began),
    blankZero(before),
    blankZero(copying),
    ms(server),
    String(connection),
    rows === null ? "" : formatCount(rows),
    copiedBytes === 0 ? "" : formatBytes(copiedBytes),
    outcome === "answered" ? text : `(${outcome}) ${text}`,
  ];
}

function partLine({ statements }: WatchedRun, { name, span }: Part): string[] {
  const { wall, server, copying, client }: Shares = shares(statements, span);
  const begun = statements.filter(({ began }) => began >= span[0] && began < span[1]);
  return [name, ms(wall), ms(server), ms(copying), ms(client), String(begun.length)];
}

function sums(run: WatchedRun): string[][] {
  const { wall, server, copying, client } = shares(run.statements, [0, run.exit]);
  const summed = run.statements.reduce((sum, { waits }) => sum + lengthOf(waits), 0);
  return [
    ["wall", `${ms(wall)} ms`],
    ["server busy, on any connection", `${ms(server)} ms`],
    ["server busy, connections added up", `${ms(summed)} ms`],
    ["copying, beside that", `${ms(copying)} ms`],
    ["client alone", `${ms(client)} ms`],
    ["processor time of the console, user", `${ms(run.cpu.user * 1000)} ms`],
    ["processor time of the console, system", `${ms(run.cpu.system * 1000)} ms`],
    ["processor time of reading along", `${ms(run.proxyCpu * 1000)} ms`],
    ["connections", String(run.connections)],
    ["round trips", String(run.roundTrips)],
    ["statements", String(run.statements.length)],
  ];
}

/** A statement without its line breaks, cut to what fits. */
export function oneLine(text: string): string {
  const line = text.replaceAll("|", "\\|").replace(/\s+/g, " ").trim();
  return line.length > textWidth ? `${line.slice(0, textWidth - 1)}…` : line;
}

function ms(value: number): string {
  return value.toFixed(1);
}

function blankZero(value: number): string {
  const text = ms(value);
  return text === "0.0" ? "" : text;
}

/** Markdown whose columns stand under each other. Columns before `words` are numbers, but for those in `alsoWords`. */
function aligned(
  head: readonly string[],
  body: readonly string[][],
  words: number,
  alsoWords: readonly number[] = [],
): string {
  const isWords = (column: number) => column >= words || alsoWords.includes(column);
  const widths = head.map((name, column) =>
    Math.max(3, name.length, ...body.map((cells) => cells[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number) =>
    isWords(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const rule = widths.map((width, column) => (isWords(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [head.map(pad), rule, ...body.map((cells) => cells.map(pad))]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
