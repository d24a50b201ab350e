import { expect, test } from "bun:test";
import { report } from "./report.ts";
import { leastQuestion, type Sample, script, summarize } from "./samples.ts";

const load = (users: number, round: number, seconds: number, byHand: number | null, copy: number): Sample => ({
  users,
  round,
  what: "first month",
  ours: { seconds, peakBytes: 150 * 2 ** 20 + round, stages: { ingest: seconds / 2, upsert: seconds / 4 } },
  against: script,
  againstSeconds: byHand,
  copySeconds: copy,
});
const listing = (seconds: number, psql: number): Sample => ({
  users: 1000,
  round: 1,
  what: "months",
  ours: { seconds, peakBytes: null, stages: {} },
  against: leastQuestion,
  againstSeconds: psql,
  copySeconds: null,
});

test("the median of the ratios is taken, not the ratio of the medians", () => {
  const [summary] = summarize([load(1000, 1, 1, 4, 1), load(1000, 2, 2, 4, 0.5), load(1000, 3, 8, 80, 1)]);
  expect(summary).toMatchObject({ seconds: 2, againstSeconds: 4, ratio: 0.25, copySeconds: 1, copyRatio: 4 });
});

test("what was not measured is no figure", () => {
  const [summary] = summarize([load(1000, 1, 1, null, 1)]);
  expect(summary).toMatchObject({ againstSeconds: null, ratio: null, copyRatio: 1 });
});

test("the report is Markdown, with all main figures in one table", () => {
  const circumstances = {
    server: "PostgreSQL 18.4",
    byHand: "psql 15",
    processors: "2 processors",
    rounds: [
      { users: 1000, rounds: 7 },
      { users: 200_000, rounds: 1 },
    ],
  };
  const samples = [
    load(1000, 1, 1, 4, 0.5),
    load(1000, 2, 2, 4, 0.5),
    load(1000, 3, 4, 4, 0.5),
    listing(0.14, 0.0321),
    load(200_000, 1, 20, null, 0.1),
  ];
  expect(report(circumstances, summarize(samples))).toBe(
    [
      "PostgreSQL 18.4; 2 processors; by hand: psql 15; rounds: 7 of 1,000 users, 1 of 200,000 users.",
      "",
      "Medians, of the ratios pair by pair; a ratio is the console's time ÷ that of what stands before it.",
      "",
      "| users | what | console | against | that takes | ratio | bare COPY | × bare COPY | peak memory |",
      "| ---: | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
      "| 1,000 | first month | 2.00 s | script by hand | 4.00 s | 0.50× | 0.500 s | 4.00× | 150 MB |",
      "| 1,000 | months | 0.140 s | psql -c 'select 1' | 0.0321 s | 4.36× |  |  |  |",
      "| 200,000 | first month | 20.0 s |  |  |  | 0.100 s | 200.0× | 150 MB |",
      "",
      "Share of each stage of a run:",
      "",
      "| users | what | ingest | upsert | start and end |",
      "| ---: | --- | ---: | ---: | ---: |",
      "| 1,000 | first month | 50 % | 25 % | 25 % |",
      "| 200,000 | first month | 50 % | 25 % | 25 % |",
      "",
      "Seconds for each million users:",
      "",
      "| what | way | 1,000 users | 200,000 users |",
      "| --- | --- | ---: | ---: |",
      "| first month | console | 2000.0 s | 100.0 s |",
      "| first month | by hand | 4000.0 s |  |",
      "| first month | bare COPY | 500.0 s | 0.50 s |",
    ].join("\n"),
  );
});
