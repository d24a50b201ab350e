import type { Past } from "../../src/pipeline/drop/past.ts";

/** Of a database in which nothing was ever run, and nothing stands. */
export const noPast: Past = {
  publications: [],
  seals: [],
  partitions: [],
  stamps: [],
  nowhere: [],
  holding: { kind: "nothing" },
};
