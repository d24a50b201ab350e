/**
 * What a training set's cells are, whatever the file's format. In CSV: booleans `True` and `False`, dates `YYYY-MM-DD`,
 * timestamps `YYYY-MM-DD HH:MM:SS` with `+00` where they are of a time zone, NULL empty, the empty text `""`. In Parquet:
 * BOOLEAN, INT32, INT64, DOUBLE, DATE, STRING and TIMESTAMP in microseconds, of UTC where they are of a time zone.
 */
export type CellType = "text" | "boolean" | "int32" | "int64" | "double" | "date" | "timestamp" | "timestamptz";

/** A cell as it comes from the database: int64 and decimals as text, so that no digit is lost on the way. */
export type Cell = string | number | boolean | null;

export interface TrainingColumn {
  name: string;
  type: CellType;
  /** The snapshot table it comes from; null for the key and the stamps. */
  source: string | null;
}

export const exportFormats = ["csv", "parquet"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A training set that was written. */
export interface ExportReport {
  file: string;
  manifest: string;
  format: ExportFormat;
  as_of: string;
  labels_from: string;
  rows: number;
  /** Rows with a label; the others' users are not in the labels' month. */
  labelled: number;
  columns: TrainingColumn[];
  bytes: number;
  sha256: string;
}

/** A Feast repository that was written. */
export interface FeastReport {
  folder: string;
  files: { name: string; state: "written" | "replaced" | "unchanged" }[];
  key: string[];
  /** The last one is the label's. */
  views: { name: string; source: string; features: string[] }[];
  /** What `feature_store.yaml` takes from the environment, with the values of this database; the password is never told. */
  environment: Record<string, string>;
  /** Whether that is the embedded server, which is there only while somebody uses it. */
  embedded: boolean;
}
