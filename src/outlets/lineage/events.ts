import type { KeptVerdict } from "../../core/messages/verdicts.ts";
import { isInBucket } from "../../core/settings.ts";

/** The specification that events keep to: https://github.com/OpenLineage/OpenLineage (spec, version 2-0-2). */
const spec = "https://openlineage.io/spec";
const schemaURL = `${spec}/2-0-2/OpenLineage.json#/$defs/RunEvent`;

/** Each facet's own schema, by the key that it stands under. */
const facetSchemas = {
  schema: "1-1-1/SchemaDatasetFacet",
  dataSource: "1-0-1/DatasourceDatasetFacet",
  outputStatistics: "1-0-2/OutputStatisticsOutputDatasetFacet",
  dataQualityMetrics: "1-0-2/DataQualityMetricsInputDatasetFacet",
  dataQualityAssertions: "1-0-1/DataQualityAssertionsDatasetFacet",
  errorMessage: "1-0-1/ErrorMessageRunFacet",
  parent: "1-0-1/ParentRunFacet",
  jobType: "2-0-4/JobTypeJobFacet",
} as const;
type FacetName = keyof typeof facetSchemas;

/** One run, as lineage knows it. */
interface LineageRun {
  /** Of the job, and of the run's identity: `OPENLINEAGE_NAMESPACE`. */
  namespace: string;
  dataset: string;
  /** The ledger's number: with the database it makes the run's identity. */
  run: number;
  /** Whence the run was started, as `NAMESPACE/JOB/RUN`; null when by itself. */
  parent: string | null;
  /** The console's version. */
  version: string;
  database: Source;
}

/** Where tables or files are: a dataset's namespace, and its name there. */
export interface Source {
  namespace: string;
  name: string;
}

export interface LineageFile {
  table: string;
  /** Whole, or with `s3://`. */
  path: string;
  /** Null while it was not read. */
  read: { bytes: number; rows: number | null } | null;
  fields: Field[];
  verdicts: readonly Pick<KeptVerdict, "type" | "column" | "success">[];
  /** By column, as far as they are known. */
  columns: Readonly<Record<string, { nullCount: number; distinctCount?: number }>>;
}

export interface LineageTable {
  /** With its schema. */
  name: string;
  rows: number | null;
  fields: Field[];
}

interface Field {
  name: string;
  type: string;
}

type EventType = "START" | "COMPLETE" | "FAIL" | "ABORT";

export interface LineageEvent {
  eventType: EventType;
  eventTime: string;
  run: LineageRun;
  files: readonly LineageFile[];
  tables: readonly LineageTable[];
  /** Of a run that failed. */
  error: string | null;
}

/** The event as the specification has it. */
export function lineageEvent({ eventType, eventTime, run, files, tables, error }: LineageEvent): object {
  const producer = `urn:streamflow-console:${run.version}`;
  const facet = (name: FacetName, content: object) => ({
    [name]: { _producer: producer, _schemaURL: `${spec}/facets/${facetSchemas[name]}.json`, ...content },
  });
  const schema = (fields: readonly Field[]) => facet("schema", { fields });
  const metricsOf = ({ columns }: LineageFile, { bytes, rows }: NonNullable<LineageFile["read"]>) =>
    facet("dataQualityMetrics", { ...(rows !== null && { rowCount: rows }), bytes, columnMetrics: columns });
  const assertionsOf = ({ verdicts }: LineageFile) =>
    facet("dataQualityAssertions", {
      assertions: verdicts.map(({ type, column, success }) => ({
        assertion: type,
        success,
        ...(column !== undefined && { column }),
      })),
    });
  return {
    eventType,
    eventTime,
    producer,
    schemaURL,
    run: {
      runId: runId(run),
      facets: {
        ...(run.parent !== null && facet("parent", parentOf(run.parent))),
        ...(error !== null && facet("errorMessage", { message: error, programmingLanguage: "TypeScript" })),
      },
    },
    job: {
      namespace: run.namespace,
      name: `streamflow.${run.dataset}`,
      facets: facet("jobType", { processingType: "BATCH", integration: "STREAMFLOW", jobType: "RUN" }),
    },
    inputs: files.map((file) => ({
      ...placeOf(file.path),
      facets: {
        ...schema(file.fields),
        ...facet("dataSource", { name: placeOf(file.path).namespace, uri: uriOf(file.path) }),
      },
      inputFacets: file.read === null ? {} : { ...metricsOf(file, file.read), ...assertionsOf(file) },
    })),
    outputs: tables.map((table) => ({
      namespace: run.database.namespace,
      name: `${run.database.name}.${table.name}`,
      facets: {
        ...schema(table.fields),
        ...facet("dataSource", { name: run.database.namespace, uri: run.database.namespace }),
      },
      outputFacets: table.rows === null ? {} : facet("outputStatistics", { rowCount: table.rows }),
    })),
  };
}

/** A file, or an object, by the specification's naming. */
function placeOf(path: string): Source {
  const [, bucket, key] = /^(s3:\/\/[^/]+)\/(.*)$/s.exec(path) ?? [];
  return bucket === undefined ? { namespace: "file", name: path } : { namespace: bucket, name: key ?? "" };
}

function uriOf(path: string): string {
  return encodeURI(isInBucket(path) ? path : `file://${path}`);
}

function parentOf(parent: string): object {
  const [namespace = "", ...rest] = parent.split("/");
  const id = rest.pop() ?? "";
  return { run: { runId: id }, job: { namespace, name: rest.join("/") } };
}

/** The same for whoever tells of the run, as its console or another one, if it was killed: a UUID made of a digest (RFC 9562, 8). */
function runId({ namespace, database, dataset, run }: LineageRun): string {
  const digest = new Bun.CryptoHasher("sha256")
    .update(JSON.stringify([namespace, database, dataset, run]))
    .digest("hex");
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `a${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join("-");
}
