import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConsoleError, codeOf, messageOf, usageError } from "../../../core/errors.ts";
import type { RequestOf } from "../../../core/messages/requests.ts";
import type { FeastReport } from "../../../core/messages/training.ts";
import {
  type FeastField,
  type FeastRepository,
  type FeastView,
  feastFiles,
  feastVariables,
} from "../../../export/feast.ts";
import { unwritable } from "../../../files/draft.ts";
import { writeWhole } from "../../../files/whole.ts";
import { type Comments, commentsOn } from "../../../postgres/catalog/comments.ts";
import {
  type FeatureTables,
  featureQuery,
  keyOf,
  labelQuery,
  payloadOf,
  type SourceColumn,
} from "../../../postgres/snapshots/feature-sources.ts";
import type { Frozen } from "../../../postgres/snapshots/snapshots.ts";
import { parseUrl } from "../../../postgres/target/url.ts";
import type { Session } from "../../session/session.ts";
import { chosenTables } from "./sources.ts";

/** Write a Feast repository whose views give what `export` writes. Files that are there and differ are somebody's work. */
export async function writeFeastRepository(
  session: Session,
  { folder, overwrite }: Omit<RequestOf<"feast">, "kind">,
): Promise<FeastReport> {
  const repository = await repositoryOf(session);
  const wanted = Object.entries(feastFiles(repository)).map(([name, text]) => ({
    name,
    text,
    path: join(folder, name),
  }));
  const found = await Promise.all(wanted.map(async (file) => ({ ...file, before: await textOf(file.path) })));
  const others = found.filter(({ text, before }) => before !== null && before !== text);
  if (others.length > 0 && !overwrite) throw areThere(others.map(({ path }) => path));
  await makeFolder(folder);
  for (const { path, text, before } of found) if (before !== text) await writeOne(path, text);
  const { host, port, database, user } = parseUrl(session.url);
  const environment = Object.fromEntries(
    feastVariables.flatMap((name, index) => {
      const value = [host, String(port), database, user][index];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    folder,
    files: found.map(({ name, text, before }) => ({
      name,
      state: before === null ? "written" : before === text ? "unchanged" : "replaced",
    })),
    key: repository.key.map(({ name }) => name),
    views: [...repository.features, repository.label].map(({ name, source, fields }) => ({
      name,
      source: source.name,
      features: fields.map((field) => field.name),
    })),
    environment,
    embedded: session.settings.database === null,
  };
}

async function repositoryOf(session: Session): Promise<FeastRepository> {
  const { sql, dataset } = session;
  const { features, label } = chosenTables(session);
  const tables = { features, label, dataset: dataset.name, firstMonth: dataset.first_month };
  const comments = await commentsOn(
    sql,
    [...features, label].map(({ snapshot }) => snapshot.table),
  );
  const views = await Promise.all(
    features.map(async (table) => viewOf(table, tables, comments, await featureQuery(sql, table, tables))),
  );
  const labels = viewOf(label, tables, comments, await labelQuery(sql, tables));
  const stamp = label.snapshot.asOfColumn;
  const labelStamp: FeastField = {
    name: `label_${stamp}`,
    type: "date",
    description: "Day that the label is of, later than that of the features.",
  };
  return {
    dataset: dataset.name,
    schema: dataset.schema,
    sslmode: parseUrl(session.url).sslmode,
    stamp,
    key: keyOf(tables).map((column) => fieldOf(column, label, comments)),
    features: views,
    label: { ...labels, fields: [...labels.fields, labelStamp] },
  };
}

function viewOf(table: Frozen, tables: FeatureTables, comments: Comments, query: string): FeastView {
  const description = comments.ofTable(table.snapshot.table);
  return {
    name: table.name,
    description,
    fields: payloadOf(table, tables).map((column) => fieldOf(column, table, comments)),
    source: { name: table.snapshot.table.name, description, query },
  };
}

function fieldOf({ name, type, column }: SourceColumn, { snapshot }: Frozen, comments: Comments): FeastField {
  return { name, type, description: comments.ofColumn(snapshot.table, column.name) };
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return null;
    throw new ConsoleError("io_error", `${path} cannot be read: ${messageOf(cause)}`, {
      hint: "What is there is not written over: name another folder with --feast.",
      cause,
    });
  }
}

function areThere(paths: readonly string[]): ConsoleError {
  const [are, them] = paths.length === 1 ? ["is", "it"] : ["are", "them"];
  return usageError(
    `${paths.join(" and ")} ${are} there already, with other contents, and nothing was written.`,
    `Name another folder with --feast, or add --yes to write over ${them}.`,
  );
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new ConsoleError("io_error", `The folder ${folder} cannot be made: ${messageOf(cause)}`, {
      hint: "Name a folder with --feast that may be written.",
      cause,
    });
  }
}

async function writeOne(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text, { isKept: true });
  } catch (cause) {
    throw unwritable(path, cause, "Check that it may be written and has room, or name another folder with --feast.");
  }
}
