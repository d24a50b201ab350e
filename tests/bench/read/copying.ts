import { lfByte } from "../../../src/csv/bytes.ts";
import { openTable } from "../../../src/csv/reader.ts";
import { FaultTally } from "../../../src/csv/tally.ts";
import { connect } from "../../../src/postgres/connection/connect.ts";
import { type CopyWriter, copyInto } from "../../../src/postgres/connection/copy.ts";
import { sourceIn, table } from "./source.ts";

export type Way = "alone" | "strict";

/** Sends the bytes of the file after its header, unseen. */
async function pour(path: string, copy: CopyWriter): Promise<void> {
  let isFirst = true;
  for await (const chunk of Bun.file(path).stream()) {
    await copy.write(isFirst ? chunk.subarray(chunk.indexOf(lfByte) + 1) : chunk);
    isFirst = false;
  }
}

/**
 * A process that copies a file into an empty table that is like the stage's, and prints the seconds it took. Its
 * arguments are the file, the server's URL, and the way: COPY alone, or what the strict reader passes on.
 */
if (import.meta.main) {
  const [path = "", url = "", way = "alone"] = process.argv.slice(2);
  const sql = connect(url);
  await sql.unsafe(`create unlogged table if not exists ${table} (user_id text not null, watch_hours_30d numeric,
    avg_session_mins_7d numeric, unique_devices_30d int, skips_7d int, rebuffer_events_7d int)`);
  await sql`truncate ${sql(table)}`;
  await sql.begin(async (tx) => {
    const began = performance.now();
    const reader = await openTable(sourceIn(path));
    const copy = await copyInto(tx`copy ${tx(table)} (${tx(reader.header?.columns ?? [])}) from stdin (format csv)`);
    if (way === "alone") await pour(path, copy);
    else await reader.read(new FaultTally(path), { write: copy.write });
    const rows = await copy.finish();
    console.log(JSON.stringify({ rows, seconds: (performance.now() - began) / 1000 }));
  });
  await sql.end();
}
