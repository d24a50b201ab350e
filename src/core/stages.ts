/** The four stages of a run, in order. */
export const stages = ["ingest", "upsert", "validate", "snapshot"] as const;
export type Stage = (typeof stages)[number];
