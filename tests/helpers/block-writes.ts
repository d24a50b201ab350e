import { connect } from "../../src/postgres/connection/connect.ts";

/** Holds up whoever writes to a table until it is released: a run then stops half way, for as long as a test wants. */
export async function blockWrites(
  url: string,
  table: string,
  schema = "public",
): Promise<{ release(): Promise<void> }> {
  const sql = connect(url);
  await sql`begin`;
  await sql`lock table ${sql(schema)}.${sql(table)} in share row exclusive mode`;
  return {
    async release() {
      await sql`rollback`;
      await sql.end();
    },
  };
}
