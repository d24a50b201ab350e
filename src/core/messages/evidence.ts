import type { ValidationResult } from "./listings.ts";

/** The Great Expectations results of one table in a run, as the ledger keeps them, put together as that tool has them. */
export interface TableResults {
  table: string;
  result: ValidationResult;
}

/** What the manifest and the catalog say of the dataset, as far as a page about it needs that. */
export interface DatasetFacts {
  name: string;
  first_month: string;
  /** False where reports leave keys and values out unless they are asked for. */
  values: boolean;
  /** In the manifest's order. */
  tables: { table: string; file: string; snapshot: string | null; key: string[] }[];
}
