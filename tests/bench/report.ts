import type { Summary } from "./samples.ts";

/** Where and how it was measured, for the line above the tables. */
export interface Circumstances {
  server: string;
  byHand: string;
  processors: string;
  rounds: number;
}

/** The whole report as Markdown: times, shares of the stages, growth with the number of users. */
export function report(circumstances: Circumstances, summaries: readonly Summary[]): string {
  const { server, byHand, processors, rounds } = circumstances;
  return [
    `${server}; ${processors}; by hand: ${byHand}; medians of ${rounds} ${rounds === 1 ? "round" : "rounds"}.`,
    times(summaries),
    "Share of each stage of a run:",
    shares(summaries),
    "Seconds for each million users:",
    growth(summaries),
  ].join("\n\n");
}

function times(summaries: readonly Summary[]): string {
  const head = ["users", "month", "console", "by hand", "ratio", "rows/s", "peak memory"];
  const body = summaries.map((it) => [
    count(it.users),
    it.phase,
    seconds(it.seconds),
    it.byHandSeconds === null ? "" : seconds(it.byHandSeconds),
    it.ratio === null ? "" : `${it.ratio.toFixed(1)}×`,
    // Rows that need not be read again say nothing about speed.
    it.phase === "same month again" ? "" : count(Number(it.rowsPerSecond.toPrecision(3))),
    it.peakBytes === null ? "" : `${Math.round(it.peakBytes / 2 ** 20)} MB`,
  ]);
  return markdown(head, body);
}

function shares(summaries: readonly Summary[]): string {
  const names = [...new Set(summaries.flatMap(({ stages }) => Object.keys(stages)))].filter((name) => name !== "rest");
  const body = summaries.map(({ users, phase, stages, seconds: total }) => [
    count(users),
    phase,
    ...[...names, "rest"].map((name) => `${Math.round((100 * (stages[name] ?? 0)) / total)} %`),
  ]);
  return markdown(["users", "month", ...names, "start and end"], body);
}

function growth(summaries: readonly Summary[]): string {
  const sizes = [...new Set(summaries.map(({ users }) => users))];
  const phases = [...new Set(summaries.map(({ phase }) => phase))];
  const perMillion = (value: number, users: number) => seconds((value * 1_000_000) / users);
  const body = phases.flatMap((phase) => {
    const of = sizes.map((users) => summaries.find((it) => it.users === users && it.phase === phase));
    const ours = of.map((it) => (it === undefined ? "" : perMillion(it.seconds, it.users)));
    const byHand = of.map((it) => (it?.byHandSeconds == null ? "" : perMillion(it.byHandSeconds, it.users)));
    return [
      [phase, "console", ...ours],
      [phase, "by hand", ...byHand],
    ];
  });
  return markdown(["month", "way", ...sizes.map((users) => `${count(users)} users`)], body);
}

/** The first two columns are words, the rest are numbers and stand right. */
export function markdown(head: readonly string[], body: readonly string[][]): string {
  const rule = head.map((name, at) => (at < 2 && name !== "users" && name !== "join" ? "---" : "---:"));
  return [head, rule, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} s`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
