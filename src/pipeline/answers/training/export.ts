import { rm } from "node:fs/promises";
import { basename, extname } from "node:path";
import { ConsoleError } from "../../../core/errors.ts";
import type { RequestOf } from "../../../core/messages/requests.ts";
import {
  type Cell,
  type ExportFormat,
  type ExportReport,
  exportFormats,
  type TrainingColumn,
} from "../../../core/messages/training.ts";
import { csvWriter } from "../../../export/csv.ts";
import { OutputFile, type RowWriter } from "../../../export/output-file.ts";
import { parquetWriter } from "../../../export/parquet.ts";
import type { Transaction } from "../../../postgres/connection/connect.ts";
import { settleTransaction } from "../../../postgres/connection/settings.ts";
import {
  type TrainingSources,
  trainingColumns,
  trainingQuery,
  trainingRows,
} from "../../../postgres/snapshots/training.ts";
import type { Session } from "../../session/session.ts";
import { trainingSources } from "./sources.ts";

/**
 * Write a training set and, beside it, a manifest of what it was made from. Both hold nothing but what the seals stand
 * for, so that the same seals give the same bytes. The rows and their seals are read in one view of the database.
 */
export async function exportTrainingSet(
  session: Session,
  request: Omit<RequestOf<"export">, "kind">,
): Promise<ExportReport> {
  const { name: dataset } = session.dataset;
  const format = formatOf(request.out);
  const manifest = `${request.out}.manifest.json`;
  const data = await OutputFile.create(request.out);
  const about = await OutputFile.create(manifest);
  try {
    const report = await session.sql.begin("isolation level repeatable read read only", async (tx) => {
      await settleTransaction(tx);
      const { sources, seals: entries } = await trainingSources(tx, session, request);
      const { asOf: as_of, labelsFrom: labels_from } = sources;
      const columns = trainingColumns(sources);
      // By which run and when a seal was set makes no difference to the rows.
      const seals = entries.map(({ table, as_of, month, rows, fingerprint }) => ({
        table,
        as_of,
        month,
        rows,
        fingerprint,
      }));
      // What a file is made of, for one that parted from its manifest.
      const origin = {
        "streamflow.dataset": dataset,
        "streamflow.as_of": as_of,
        "streamflow.labels_from": labels_from,
        "streamflow.seals": JSON.stringify(seals),
      };
      const writer = format === "csv" ? await csvWriter(data, columns) : parquetWriter(data, columns, origin);
      const counts = await writeRows(tx, sources, columns, writer);
      const made = { format, as_of, labels_from, ...counts, columns, ...(await data.close()) };
      const query = await trainingQuery(tx, sources);
      const text = JSON.stringify({ dataset, file: basename(request.out), ...made, seals, query }, null, 2);
      await about.write(new TextEncoder().encode(`${text}\n`));
      return { file: request.out, manifest, ...made };
    });
    await about.close();
    // Never does a manifest stand beside another's data: the old one goes first, the new one comes last.
    await rm(manifest, { force: true });
    await data.publish();
    await about.publish();
    return report;
  } finally {
    await data.discard();
    await about.discard();
  }
}

function formatOf(path: string): ExportFormat {
  const format = exportFormats.find((one) => extname(path) === `.${one}`);
  if (format !== undefined) return format;
  throw new ConsoleError("usage", `${basename(path)} is neither a .csv nor a .parquet file.`, {
    hint: "The name's ending chooses the format: --out training.csv or --out training.parquet.",
  });
}

/** As many as make a row group: by then it is written, and all that it was made from can go. */
const rowsUntilSwept = 10_000;

async function writeRows(
  tx: Transaction,
  sources: TrainingSources,
  columns: readonly TrainingColumn[],
  writer: RowWriter,
): Promise<{ rows: number; labelled: number }> {
  const labels = columns.flatMap(({ source }, index) => (source === sources.label.snapshot.table.name ? [index] : []));
  const isLabelled = (row: Cell[]) => labels.some((index) => row[index] !== null);
  let rows = 0;
  let labelled = 0;
  for await (const batch of trainingRows(tx, sources)) {
    rows += batch.length;
    for (const row of batch) if (isLabelled(row)) labelled++;
    await writer.write(batch);
    // Left to itself the collector waits longer the more there was, and memory grows with the number of users.
    if (rows % rowsUntilSwept === 0) Bun.gc(true);
  }
  await writer.finish();
  return { rows, labelled };
}
