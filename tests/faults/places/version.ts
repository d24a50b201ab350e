import { connect } from "../../../src/postgres/connection/connect.ts";

/** The version of a server, such as 18.4, and the number of its major one. */
export async function versionAt(url: string): Promise<{ full: string; major: number }> {
  const sql = connect(url, { applicationName: "faults" });
  const [row] = await sql<{ full: string }[]>`select split_part(current_setting('server_version'), ' ', 1) as full`;
  await sql.end();
  const full = row?.full ?? "";
  return { full, major: Number.parseInt(full, 10) };
}
