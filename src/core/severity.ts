/** How much a failed expectation matters: a critical one rejects the drop, the others are told and kept. */
export const severities = ["critical", "warning", "info"] as const;
export type Severity = (typeof severities)[number];
