import { checked, type type } from "./checks.ts";
import { ConsoleError, messageOf } from "./errors.ts";
import { whyNoManifest } from "./manifest-errors.ts";
import { nameForTables, stageOf, whyNotForTables } from "./naming/schemas.ts";
import { escapeControl, identifier } from "./text.ts";
import { type Dialect, dialectOf, whyNotWritten } from "./written/dialect.ts";
import { writtenShape } from "./written/settings.ts";

const tolerance = {
  "+": "reject",
  /** Fraction of last month's rows, such as 0.1, beyond which the run warns. */
  warn: "number >= 0",
  /** Fraction beyond which the drop is rejected. */
  reject: "number >= 0",
} as const;

/**
 * The manifest of a dataset. It names the tables, their files, their snapshots and the thresholds; columns, types,
 * keys and load order come from PostgreSQL's catalog.
 */
export const manifestShape = {
  "+": "reject",
  /** For editors, which take from there what is checked here. */
  "$schema?": "string",
  /** What somebody has to say of it. */
  "$comment?": "string",
  name: /^[a-z][a-z0-9_]*$/,
  /** Schema of the live and the snapshot tables. */
  schema: "string > 0",
  /** The calendar month of month_000. */
  first_month: /^\d{4}-(0[1-9]|1[0-2])$/,
  /** Day of the month after, on which a month's drop is due. */
  "due?": "1 <= number.integer <= 31",
  /** A file beside those of a drop, which its sender writes last: `--wait` takes the drop for whole once it is there. */
  "marker?": /^(?!\.{1,2}$)[^/\\\p{Cc}]+$/u,
  /** Snapshot column that holds the stamp. */
  as_of_column: "string > 0",
  /** Snapshot column, in the tables that have it, for the month whose drop brought the row. */
  "delivered_column?": "string > 0",
  /** The table whose snapshots hold what is to be predicted: `export` takes it from a later month than the features. */
  "label?": "string > 0",
  /** Days that a DATE may hold, inclusive. */
  dates: { "+": "reject", from: /^\d{4}-\d{2}-\d{2}$/, to: /^\d{4}-\d{2}-\d{2}$/ },
  /**
   * Where a link in a drop may lead: `inside` the data folder, or `anywhere`. What follows a link out of it may hand out
   * any file that the console can read.
   */
  "links?": "'inside' | 'anywhere'",
  /** How far a file's row count may move from one month to the next. */
  rows: { "+": "reject", shrink: tolerance, grow: tolerance },
  /** How far a column may move from one snapshot to the next until the run warns; what is left out is not looked at. */
  "drift?": {
    "+": "reject",
    /** The distance of its distributions: `psi` of numbers, `tv` of everything else. */
    psi: "number > 0",
    /** The share of its values beyond the former range, such as 0.1. */
    "beyond?": "0 < number <= 1",
    /** The change of its share of NULLs. */
    "missing?": "0 < number <= 1",
    /** The distance of its means, in former standard deviations. */
    "mean?": "number > 0",
  },
  /** What reports of runs hold. */
  "report?": { "+": "reject", "values?": "boolean" },
  /** Who is told of runs, beside what the environment says. */
  "notify?": {
    "+": "reject",
    "url?": /^https?:\/\/\S+$/,
    "format?": "'json' | 'slack'",
    "on?": "('published' | 'rejected' | 'failed' | 'warned')[] > 0",
  },
  /** How the files are written, where that is not as the console would; a table's own section goes before this one. */
  "written?": writtenShape,
  tables: {
    "[string]": {
      "+": "reject",
      "$comment?": "string",
      /** A name, no path: what a drop is read from lies in its folder. */
      file: /^(?!\.{1,2}$)[^/\\\p{Cc}]+$/u,
      "snapshot?": "string > 0",
      "suite?": "string > 0",
      "absent?": "string[]",
      /** `events`: each month brings new rows, and none of them again; without it the rows are those of last month, as they are now. */
      "rows?": "'events'",
      "written?": writtenShape,
    },
  },
} as const;

type Manifest = type.infer<typeof manifestShape>;
export type NotifyRules = NonNullable<Manifest["notify"]>;

export interface DatasetTable {
  name: string;
  /** File name inside a drop. */
  file: string;
  /** Snapshot table, for the tables that are frozen. */
  snapshot: string | null;
  /** Path of the suite, relative to the manifest. */
  suite: string | null;
  /** Columns that no file need carry: see lapsedColumns. */
  absent: string[];
  /** Whether each month brings new rows, and none of them again. */
  isOfEvents: boolean;
  written: Dialect;
}

export type Dataset = Omit<Manifest, "$schema" | "$comment" | "tables" | "written"> & {
  tables: DatasetTable[];
  /** What the manifest is called, where somebody has to look into it. */
  manifest: string;
  /** Schema of the staging tables. */
  stage: string;
};

/** The dataset that a manifest's JSON text describes; `path` is what it is called. */
export function parseManifest(text: string, path: string): Dataset {
  const invalid = (reason: string, cause?: unknown) =>
    new ConsoleError("manifest_invalid", `${path} is not a sound dataset manifest: ${reason}`, {
      hint: "Correct the file; the README's section on datasets shows every field, and which are required.",
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid(messageOf(cause), cause);
  }
  const {
    $schema: _,
    $comment: __,
    written,
    ...manifest
  } = checked(manifestShape, json, (errors) => invalid(whyNoManifest(errors)));
  const tables = Object.entries(manifest.tables).map(([name, table]) => ({
    name,
    file: table.file,
    snapshot: table.snapshot ?? null,
    suite: table.suite ?? null,
    absent: table.absent ?? [],
    isOfEvents: table.rows === "events",
    written: dialectOf(written, table.written),
  }));
  if (tables.length === 0) throw invalid("it names no table");
  for (const table of tables) {
    const reason = whyNotWritten(table.written);
    if (reason !== null) throw invalid(`written, as it is for ${table.name}: ${reason}`);
  }
  const dataset = { ...manifest, tables, manifest: path, stage: stageOf(manifest.name) };
  requireSchemaForTables(dataset);
  return dataset;
}

/** In one of the console's own schemas the tables would be emptied as what a run left there. */
function requireSchemaForTables(dataset: Dataset): void {
  const { schema, manifest } = dataset;
  const reason = whyNotForTables(schema);
  if (reason === null) return;
  const other = identifier(nameForTables(dataset.name));
  const title = `The tables of ${manifest} cannot lie in the schema ${escapeControl(schema)}: ${reason}.`;
  throw new ConsoleError("manifest_invalid", title, {
    hint:
      `Give them another one, such as ${other}, as "schema" in the manifest and in its SQL. Those that lie there already are moved ` +
      `by \`create schema if not exists ${other}; ${movesTo(other, dataset)}\` in psql.`,
  });
}

/** The statements that move the dataset's tables to another schema. */
function movesTo(other: string, { schema, tables }: Dataset): string {
  const names = tables.flatMap(({ name, snapshot }) => (snapshot === null ? [name] : [name, snapshot]));
  return names
    .map((name) => `alter table if exists ${identifier(schema)}.${identifier(name)} set schema ${other};`)
    .join(" ");
}
