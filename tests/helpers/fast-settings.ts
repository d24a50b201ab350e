import { type Setting, serverSettings } from "../../src/postgres/embedded/settings.ts";

/** The embedded server's settings for tests, which lose nothing in a crash. */
export const fastSettings: readonly Setting[] = [
  ...serverSettings,
  ["fsync", "off", "the test server's files are thrown away"],
  ["full_page_writes", "off", "likewise"],
  ["synchronous_commit", "off", "likewise"],
  ["shared_buffers", "32MB", "test tables are small"],
  ["max_wal_size", "256MB", "the files may lie in memory"],
  ["autovacuum", "off", "nothing happens that no test asked for"],
];
