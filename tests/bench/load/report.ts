import { formatCount } from "../../../src/core/format.ts";
import { markdown, seconds } from "../figures.ts";
import { type Summary, script } from "./samples.ts";

/** Where and how it was measured, for the lines above the tables. */
export interface Circumstances {
  server: string;
  byHand: string;
  processors: string;
  /** Of each size. */
  rounds: readonly { users: number; rounds: number }[];
}

/** The whole report as Markdown: the figures, and of the loads the shares of the stages and the growth with the users. */
export function report(circumstances: Circumstances, summaries: readonly Summary[]): string {
  const { server, byHand, processors, rounds } = circumstances;
  const sizes = rounds.map((size) => `${size.rounds} of ${formatCount(size.users)} users`);
  const loads = summaries.filter(({ against }) => against === script);
  return [
    `${server}; ${processors}; by hand: ${byHand}; rounds: ${sizes.join(", ")}.`,
    "Medians, of the ratios pair by pair; a ratio is the console's time ÷ that of what stands before it.",
    figures(summaries),
    "Share of each stage of a run:",
    shares(loads),
    "Seconds for each million users:",
    growth(loads),
  ].join("\n\n");
}

function figures(summaries: readonly Summary[]): string {
  const head = [
    "users",
    "what",
    "console",
    "against",
    "that takes",
    "ratio",
    "bare COPY",
    "× bare COPY",
    "peak memory",
  ];
  const body = summaries.map((it) => [
    formatCount(it.users),
    it.what,
    time(it.seconds),
    it.againstSeconds === null ? "" : it.against,
    ...[time(it.againstSeconds), times(it.ratio), time(it.copySeconds), times(it.copyRatio)],
    it.peakBytes === null ? "" : `${Math.round(it.peakBytes / 2 ** 20)} MB`,
  ]);
  return markdown(head, body, [1, 3]);
}

function shares(summaries: readonly Summary[]): string {
  const names = [...new Set(summaries.flatMap(({ stages }) => Object.keys(stages)))].filter((name) => name !== "rest");
  const body = summaries.map(({ users, what, stages, seconds: total }) => [
    formatCount(users),
    what,
    ...[...names, "rest"].map((name) => `${Math.round((100 * (stages[name] ?? 0)) / total)} %`),
  ]);
  return markdown(["users", "what", ...names, "start and end"], body, [1]);
}

function growth(summaries: readonly Summary[]): string {
  const sizes = [...new Set(summaries.map(({ users }) => users))];
  const perMillion = (value: number | null | undefined, users: number) =>
    value == null ? "" : seconds((value * 1_000_000) / users);
  const body = [...Map.groupBy(summaries, ({ what }) => what)].flatMap(([what, group]) => {
    const line = (way: string, of: (summary: Summary) => number | null) => {
      const cells = sizes.map((users) => {
        const found = group.find((it) => it.users === users);
        return perMillion(found && of(found), users);
      });
      return cells.every((cell) => cell === "") ? [] : [[what, way, ...cells]];
    };
    return [
      ...line("console", (it) => it.seconds),
      ...line("by hand", (it) => it.againstSeconds),
      ...line("bare COPY", (it) => it.copySeconds),
    ];
  });
  return markdown(["what", "way", ...sizes.map((users) => `${formatCount(users)} users`)], body, [0, 1]);
}

/** Three digits: what is held against a program's start takes hundredths of a second. */
function time(value: number | null): string {
  return value === null ? "" : `${value < 100 ? value.toPrecision(3) : value.toFixed(0)} s`;
}

function times(ratio: number | null): string {
  return ratio === null ? "" : `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`;
}
