import { Gauge, Registry } from "prom-client";
import type { ColumnChange, RunEntry } from "../core/messages/listings.ts";
import { writeWhole } from "../files/whole.ts";

/** What there is to measure once a request is over, read from the ledger and the tables. Times are ISO 8601, UTC. */
export interface Figures {
  dataset: string;
  /** The console's version. */
  console: string;
  /** The last run that a month was published or refused by, dry runs left out. */
  last: RunEntry | null;
  lastPublished: RunEntry | null;
  /** Seconds of each stage of the run that was asked for last; empty where none was. */
  stages: Readonly<Record<string, number>>;
  /** The newest snapshot's date. */
  newest: string | null;
  /** How far columns moved to it from the one before, by table; empty without one. */
  drift: readonly { table: string; columns: readonly ColumnChange[] }[];
  /** Months that are not there and should be. */
  lacking: Readonly<Record<"missing" | "due", number>>;
}

/** Each is a gauge with the label `dataset`: what it measures, its other labels, and its values with those. */
interface Metric {
  name: string;
  help: string;
  labels: readonly string[];
  values(figures: Figures): { labels?: Record<string, string>; value: number | null }[];
}

const seconds = (iso: string | null | undefined) => (iso ? Date.parse(iso) / 1000 : null);

/** Names and units as Prometheus wants them: base units, times as seconds since 1970, so that an age is `time() - x`. */
const metrics: readonly Metric[] = [
  {
    name: "streamflow_build_info",
    help: "The console's version.",
    labels: ["version"],
    values: ({ console }) => [{ labels: { version: console }, value: 1 }],
  },
  {
    name: "streamflow_last_success_timestamp_seconds",
    help: "When a month was last published.",
    labels: [],
    values: ({ lastPublished }) => [{ value: seconds(lastPublished?.finished_at) }],
  },
  {
    name: "streamflow_last_run_timestamp_seconds",
    help: "When the last run ended.",
    labels: [],
    values: ({ last }) => [{ value: seconds(last?.finished_at) }],
  },
  {
    name: "streamflow_last_run_success",
    help: "Whether the last run published its month.",
    labels: [],
    values: ({ last }) => [{ value: last === null ? null : Number(last.status === "published") }],
  },
  {
    name: "streamflow_stage_duration_seconds",
    help: "How long each stage of the last run took.",
    labels: ["stage"],
    values: ({ stages }) => Object.entries(stages).map(([stage, value]) => ({ labels: { stage }, value })),
  },
  {
    name: "streamflow_table_rows",
    help: "Rows of the drop that was published last.",
    labels: ["table"],
    values: ({ lastPublished }) =>
      (lastPublished?.tables ?? []).map(({ table, rows }) => ({ labels: { table }, value: rows })),
  },
  {
    name: "streamflow_checks",
    help: "Expectations of the last run by what they came to.",
    labels: ["result"],
    values: ({ last }) =>
      Object.entries(last?.expectations ?? {}).map(([result, value]) => ({ labels: { result }, value })),
  },
  {
    name: "streamflow_newest_snapshot_timestamp_seconds",
    help: "The day that the newest snapshot is stamped with.",
    labels: [],
    values: ({ newest }) => [{ value: seconds(newest) }],
  },
  {
    name: "streamflow_column_drift",
    help: "Distance of a column's distributions in the two newest snapshots: psi of numbers, tv of everything else.",
    labels: ["table", "column"],
    values: ({ drift }) =>
      drift.flatMap(({ table, columns }) =>
        columns.map(({ column, distance }) => ({ labels: { table, column }, value: distance })),
      ),
  },
  {
    name: "streamflow_months_lacking",
    help: "Months whose drop is not there: missing between others, or due.",
    labels: ["state"],
    values: ({ lacking }) => Object.entries(lacking).map(([state, value]) => ({ labels: { state }, value })),
  },
];

/** The figures in Prometheus's text format. What is not known has no sample. */
function metricsText(figures: Figures): Promise<string> {
  const registry = new Registry();
  registry.setDefaultLabels({ dataset: figures.dataset });
  for (const { name, help, labels, values } of metrics) {
    const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
    // Without a value a gauge would begin at 0.
    gauge.reset();
    const known = values(figures).filter((one) => one.value !== null);
    if (known.length === 0) registry.removeSingleMetric(name);
    for (const { labels: given = {}, value } of known) gauge.set(given, value ?? 0);
  }
  return registry.metrics();
}

/** Whoever reads them meanwhile finds those before. */
export async function writeMetrics(path: string, figures: Figures): Promise<void> {
  await writeWhole(path, await metricsText(figures));
}
