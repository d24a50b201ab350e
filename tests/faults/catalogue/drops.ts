import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { standsBefore, thenGoes } from "../provoking.ts";
import type { Trial } from "../trial.ts";
import type { Expected, Fault } from "./fault.ts";

const victim = "usage_agg_30d.csv";

function pathIn({ shop }: Trial): string {
  return join(shop.drops.path, "month_001", victim);
}

/** Whoever made the drop mends it: the files are written anew. */
async function mended(trial: Trial): Promise<void> {
  rmSync(dirname(pathIn(trial)), { recursive: true, force: true });
  trial.scenario.write(trial.shop.drops);
}

/** What is done to a file while it is read, that is before its second read. */
const changes: Record<string, (path: string) => void> = {
  "grows while it is read": (path) => appendFileSync(path, "u99,1,1,1,1,1\n"),
  "shrinks while it is read": (path) => truncateSync(path, 200),
  "is replaced while it is read": (path) => {
    copyFileSync(path, `${path}.new`);
    renameSync(`${path}.new`, path);
  },
  "is written over while it is read": (path) =>
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(".48", ".49")),
  "is removed while it is read": (path) => rmSync(path),
  "is touched while it is read": (path) => utimesSync(path, new Date(0), new Date(0)),
};

function changing([what, change]: [string, (path: string) => void]): Fault {
  return {
    name: `a file ${what}`,
    async provoke(trial) {
      const still = await standsBefore(trial, `read .*month_001/${victim}`);
      change(pathIn(trial));
      return thenGoes(still);
    },
    expected: { exit: 1, says: /since the run began|touched|is gone|changed/ },
    remedy: mended,
    ...(/^(grows|is removed)/.test(what) && { isFixed: true }),
  };
}

const rejected = (says: RegExp): Expected => ({ exit: 1, says });

/** What a file can be that it should not be. */
const kinds: readonly [what: string, make: (path: string, trial: Trial) => unknown, expected: Expected][] = [
  ["a pipe", (path) => Bun.spawnSync(["mkfifo", path]), rejected(/not a (regular )?file|pipe/i)],
  ["a folder", (path) => mkdirSync(path), rejected(/not a (regular )?file|folder/i)],
  ["a socket", (path) => socketAt(path), rejected(/not a (regular )?file|socket/i)],
  ["a link that leads nowhere", (path) => symlinkSync("/no/such/file", path), rejected(/usage_agg_30d\.csv/)],
  ["a link to itself", (path) => symlinkSync(path, path), rejected(/usage_agg_30d\.csv/)],
  ["a link out of the data folder", (path) => symlinkSync("/etc/passwd", path), rejected(/link|outside/i)],
  ["a device", (path) => symlinkSync("/dev/zero", path), rejected(/usage_agg_30d\.csv/)],
  ["missing", () => {}, rejected(/usage_agg_30d\.csv/)],
  ["empty", (path) => writeFileSync(path, ""), rejected(/no bytes|empty/)],
  ["a header only", (path) => writeFileSync(path, header), rejected(/no rows|header/)],
  ["cut within a line", (path) => writeFileSync(path, `${header}u0,1.5,2`), rejected(/usage_agg_30d\.csv:2/)],
  ["UTF-16", (path) => writeFileSync(path, Buffer.from(`\ufeff${header}`, "utf16le")), rejected(/UTF-16/)],
  ["full of zero bytes", (path) => writeFileSync(path, new Uint8Array(4096)), rejected(/usage_agg_30d\.csv/)],
  [
    "one quote that is never closed",
    (path) => writeFileSync(path, `${header}"${"u0,1,1,1,1,1\n".repeat(200_000)}`),
    rejected(/quote/),
  ],
  ["60 MB of quotes", (path) => writeFileSync(path, `${header}${'"'.repeat(60_000_000)}`), rejected(/quote/)],
  [
    "60 MB of cells in quotes",
    (path) => writeFileSync(path, `${header}${'"u0","1","1","1","1","1"\n'.repeat(2_400_000)}`),
    rejected(/u0/),
  ],
  [
    "one line of 200 MB",
    (path) => writeFileSync(path, `${header}${"x".repeat(200_000_000)},1,1,1,1,1\n`),
    rejected(/usage_agg_30d\.csv/),
  ],
  [
    "of 10,000 columns",
    (path) => writeFileSync(path, `${Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(",")}\n`),
    rejected(/usage_agg_30d\.csv/),
  ],
  [
    "a damaged archive",
    (path) => {
      writeFileSync(`${path}.gz`, "no archive");
    },
    rejected(/usage_agg_30d\.csv/),
  ],
  [
    "there twice",
    (path) => {
      writeFileSync(path, header);
      writeFileSync(`${path}.gz`, "");
    },
    rejected(/usage_agg_30d\.csv and usage_agg_30d\.csv\.gz/),
  ],
  [
    "with a column that is SQL",
    (path) => writeFileSync(path, `"user_id","""; drop table users; --"\nu0,1\n`),
    rejected(/drop table users/),
  ],
  [
    "with a header that writes to the terminal",
    (path) => writeFileSync(path, `user_id,\u001b]0;owned\u0007\nu0,1\n`),
    rejected(/^[^\u001b]*$/),
  ],
  [
    "with values that are no numbers",
    (path) => writeFileSync(path, `${header}u0,${"\u001b[31m"}red,1,1,1,1\n`),
    rejected(/^[^\u001b]*$/),
  ],
  ["with a user of nobody", (path) => appendTo(path, "stranger,1,1,1,1,1\n"), rejected(/stranger/)],
  ["with a user twice", (path) => appendTo(path, "u0,1,1,1,1,1\n"), rejected(/u0/)],
];

const header = "user_id,watch_hours_30d,avg_session_mins_7d,unique_devices_30d,skips_7d,rebuffer_events_7d\n";

const quick = /a pipe|a folder|leads nowhere|that is SQL|to the terminal|missing/;

function being([what, make, expected]: (typeof kinds)[number]): Fault {
  return {
    name: `a file is ${what}`,
    async provoke(trial) {
      const path = pathIn(trial);
      originals.set(path, readFileSync(path, "utf8"));
      rmSync(path);
      make(path, trial);
      return trial.again();
    },
    expected,
    remedy: mended,
    ...(quick.test(what) && { isFixed: true }),
    isAlike: true,
  };
}

const originals = new Map<string, string>();

function appendTo(path: string, line: string): void {
  writeFileSync(path, `${originals.get(path)}${line}`);
}

/** The socket stays when nobody listens any more. */
function socketAt(path: string): void {
  const code = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  Bun.spawnSync([process.execPath, "-e", code]);
}

const unreadable: Fault = {
  name: "a file that may not be read",
  unless: () => (process.getuid?.() === 0 ? "root may read everything" : null),
  provoke(trial) {
    chmodSync(pathIn(trial), 0);
    return trial.again();
  },
  expected: rejected(/EACCES|permission/i),
  remedy: mended,
};

const noFolder: Fault = {
  name: "the month's folder is gone",
  provoke(trial) {
    rmSync(dirname(pathIn(trial)), { recursive: true });
    return trial.again();
  },
  expected: { exit: 2, says: /month_001/ },
  remedy: mended,
};

/** Drops that change, and files that are none. */
export const drops: readonly Fault[] = [
  ...Object.entries(changes).map(changing),
  ...kinds.map(being),
  unreadable,
  noFolder,
];
