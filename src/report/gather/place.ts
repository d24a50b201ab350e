import { version } from "../../../package.json" with { type: "json" };
import { ownCommit } from "../../client/commit.ts";
import type { DatasetFacts } from "../../core/messages/evidence.ts";
import type { Asked } from "./ask.ts";

/** What all pages of a report have in common. */
export interface Place {
  dataset: DatasetFacts;
  /** Such as `app on db.example.org (PostgreSQL 15.18)`; never a password. */
  database: string;
  /** The console that wrote it. */
  console: string;
  /** Whether keys and values of the data are shown. */
  values: boolean;
}

/** `values` is what the command line wants; null leaves it to the manifest. */
export async function placeOf(asked: Asked, values: false | null): Promise<Place> {
  const [{ database }, dataset] = await Promise.all([
    asked.call({ kind: "database" }),
    asked.call({ kind: "dataset" }),
  ]);
  const commit = ownCommit();
  return {
    dataset,
    database,
    console: `streamflow-console ${version}${commit === null ? "" : ` (commit ${commit})`}`,
    values: values ?? dataset.values,
  };
}
