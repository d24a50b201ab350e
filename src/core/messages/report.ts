/** What a report is about: one run, by its number or the last there is; the run that a month stands by; or all there is. */
export type ReportSubject = { run: number | null } | { month: string } | "all";

/** What is to be written of it, and where; at least one of the three. */
export interface ReportRequest {
  kind: "report";
  subject: ReportSubject;
  /** The page of a run, or the folder of a site. */
  out: string | null;
  junit: string | null;
  /** Folder of a Great Expectations project. */
  gx: string | null;
  /** False to leave keys and values of the data out; null for what the manifest says. */
  values: false | null;
}
