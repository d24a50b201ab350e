import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodes } from "../../src/core/errors.ts";
import { connect, type Sql } from "../../src/postgres/connection/connect.ts";
import { migrated } from "../helpers/database.ts";
import { dropFolder, smallDrop } from "../helpers/drops.ts";
import { refusingPostgres } from "../helpers/fake-postgres.ts";
import { between } from "../helpers/many-consoles.ts";
import { failing, loginUrl, type Place, type Placed, refused } from "../helpers/password-places.ts";
import { testDatabase } from "../helpers/server.ts";

/** A password in every place that it may come to stand in, and then a look for it in all that the console wrote. */

setDefaultTimeout(60_000);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-secrets-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let passwords = 0;

/** Small letters alone: by its looks the console cannot tell it from a word. No place has that of another. */
function nextPassword(): string {
  const letter = (number: number) => String.fromCharCode("a".charCodeAt(0) + number);
  passwords++;
  return `qzcanary${letter(Math.floor(passwords / 26))}${letter(passwords % 26)}`;
}

interface Said extends Place {
  password: string;
  code: number;
  said: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const driver = join(root, "tests/helpers/many-consoles.ts");
const environment = () => ({ PATH: process.env.PATH ?? "", HOME: folder, LANG: "C.UTF-8", TMPDIR: tmpdir() });

/** What the console says, and how it ends, at each of the places. */
async function consolesAt(placed: readonly Placed[]): Promise<Said[]> {
  const places = placed.map((place) => {
    const password = nextPassword();
    return { password, ...place(password) };
  });
  const child = Bun.spawn([process.execPath, driver], {
    cwd: folder,
    env: environment(),
    stdin: Buffer.from(JSON.stringify(places)),
    stdout: "pipe",
    stderr: "pipe",
  });
  const streams = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const [outs = [], errs = []] = streams.map((text) => text.split(between));
  expect([outs.length, errs.length]).toEqual([places.length + 1, places.length + 1]);
  return places.map((place, index) => {
    const said = `${outs[index]}\n${errs[index]}`;
    return { ...place, said, code: Number(/\d+$/.exec(said)?.[0]) };
  });
}

/** In capitals it would be given away as well. */
const leaks = (all: readonly Said[]) => all.filter(({ said, password }) => said.toLowerCase().includes(password));

describe("a password is told to nobody", () => {
  test("where it stands for something else, the command line is refused at once, and says where it belongs", async () => {
    const all = await consolesAt(refused);
    expect(leaks(all)).toEqual([]);
    expect(all.filter(({ code }) => code !== exitCodes.usage)).toEqual([]);
    const isUrl = ({ argv, env }: Place) => env === undefined && /postgres(ql)?(:|\/\/|%3A)/i.test(argv.join(" "));
    const urls = all.filter((one) => isUrl(one) && !one.argv.includes("--database"));
    expect(urls.length).toBeGreaterThan(55);
    expect(urls.filter(({ said }) => !said.includes("Give it as --database URL, or set DATABASE_URL to it."))).toEqual(
      [],
    );
  });

  test("where it stands in a URL that cannot be read or leads nowhere", async () => {
    const all = await consolesAt(failing);
    expect(leaks(all)).toEqual([]);
    expect(all.filter(({ code }) => code !== exitCodes.usage && code !== exitCodes.failure)).toEqual([]);
  });

  test("where a server tells it, which knows it from us", async () => {
    const servers: { stop(closeActive: boolean): void }[] = [];
    const passfile = join(folder, "pgpass");
    const refusedBy = (server: (password: string) => string, ours: (password: string, at: string) => Place): Placed => {
      return (password) => {
        const listening = refusingPostgres(server(password));
        servers.push(listening);
        return ours(password, `127.0.0.1:${listening.port}/app?sslmode=disable`);
      };
    };
    const unquoted = (password: string) => `Z9-${password} is no password of ann`;
    const quoted = (password: string) => `"${password}" is no password of ann`;
    const all = await consolesAt([
      refusedBy(unquoted, (password, at) => ({
        argv: ["months", "--database", `postgresql://ann:Z9-${password}@${at}`],
      })),
      refusedBy(quoted, (password, at) => ({
        argv: ["months", "--json", "--database", `postgresql://ann:${password}@${at}`],
      })),
      refusedBy(quoted, (password, at) => ({
        argv: ["doctor"],
        env: { DATABASE_URL: `postgresql://ann:${password}@${at}` },
      })),
      refusedBy(quoted, (password, at) => ({
        argv: ["--month", "0", "--json"],
        env: { DATABASE_URL: `postgresql://ann@${at}`, PGPASSWORD: password },
      })),
      refusedBy(loginUrl, (_, at) => ({ argv: ["runs"], env: { DATABASE_URL: `postgresql://ann@${at}` } })),
      refusedBy(unquoted, (password, at) => {
        writeFileSync(passfile, `*:*:*:*:Z9-${password}\n`, { mode: 0o600 });
        return { argv: ["runs"], env: { DATABASE_URL: `postgresql://ann@${at}`, PGPASSFILE: passfile } };
      }),
    ]);
    for (const server of servers) server.stop(true);
    expect(leaks(all)).toEqual([]);
    for (const { said } of all) expect(said).toContain("***");
  });

  test("where it works: not to the ledger, not in a file, not in a list of processes; and data stays as it is", async () => {
    const database = await testDatabase(migrated);
    const drops = dropFolder();
    const cell = loginUrl("qzcell");
    drops.write("month_000", smallDrop(["u1", "u2"]));
    drops.write("month_001", {
      ...smallDrop(["u1", "u2"], 1),
      "labels.csv": [
        ["user_id", "churn_label"],
        ["u1", cell],
      ],
    });
    drops.write("month_002", smallDrop(["u1", "u2", "u3"], 2));
    const at = (password: string) => database.url.replace("@", `:${password}@`);
    const inUrl = (...argv: string[]): Placed => {
      return (password) => ({
        argv: [...argv, "--data", drops.path, "--home", `${folder}/home`, "--database", at(password)],
      });
    };
    // A rule that the ledger keeps, by its name, which may be anything.
    const breaking = `lost ${loginUrl(nextPassword())}`;
    await database.sql`alter table users add constraint ${database.sql(breaking)} check (user_id <> 'u3')`;
    const all = await consolesAt([
      inUrl("--month", "0"),
      inUrl("--month", "1"),
      inUrl("--month", "2", "--json"),
      ...["months", "doctor"].map((name) => inUrl(name)),
      inUrl("show", "2"),
      inUrl("show", "3", "--json"),
      inUrl("validate", "--suite", `${root}/db/expectations/users.json`, "--table", "users", "--json"),
    ]);
    expect(all.slice(0, 3).map(({ code }) => code)).toEqual([0, exitCodes.rejected, exitCodes.rejected]);
    expect(leaks(all)).toEqual([]);
    const name = encodeURIComponent(loginUrl("qzcanary"));
    const named = connect(`${database.url}${database.url.includes("?") ? "&" : "?"}application_name=${name}`);
    const [session] = await named`select current_setting('application_name') as name`;
    await named.end();
    expect(session?.name).toBe("postgresql://ann:***@nowhere.invalid/app");
    const ledger = await ledgerOf(database.sql);
    const kept = [ledger, ...filesBelow(join(folder, "home"))].join("\n");
    expect(kept).not.toContain("qzcanary");
    expect(ledger).toContain("lost postgresql://ann:***@");
    // The cell is what the drop holds, and no message: whoever mends the drop has to find it.
    for (const text of [all[1]?.said, kept]) expect(text).toContain(cell);
    drops.remove();
    await database.drop();
  });

  test("in an environment that is meant for other servers: not to the embedded one", async () => {
    const home = join(folder, "embedded");
    const all = await consolesAt([
      (password) => ({
        argv: ["db", "start", "--home", home],
        env: {
          PGPASSWORD: `Z9-${password}`,
          PGOPTIONS: `-c a.b=${loginUrl(password)}`,
          DATABASE_URL: loginUrl(password),
        },
      }),
      (password) => ({ argv: ["db", "url", "--home", home], env: { PGPASSWORD: `Z9-${password}` } }),
      (password) => ({ argv: ["db", "stop", "--home", home], env: { PGAPPNAME: loginUrl(password) } }),
    ]);
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(leaks(all)).toEqual([]);
    expect(filesBelow(home).join("\n")).not.toContain("qzcanary");
  });

  test("by the runner that starts the console", async () => {
    const { stdout, stderr } = Bun.spawnSync([process.execPath, "run", "console", loginUrl("qzcanary")], {
      cwd: root,
      env: environment(),
    });
    expect(stderr.toString()).toStartWith("error: A database URL stands where a command is expected.");
    expect(`${stdout}${stderr}`).not.toContain("qzcanary");
  });
});

/** Every row of every table of the ledger, as text. */
async function ledgerOf(sql: Sql): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'console'`;
  const rows = await Promise.all(
    tables.map(({ name }) => sql<{ row: string }[]>`select t::text as row from console.${sql(name)} t`),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join("\n");
}

/** What is in the files of a folder, and their names. */
function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => {
    const file = join(path, name);
    return `${file}\n${statSync(file).isFile() ? readFileSync(file, "latin1") : ""}`;
  });
}
