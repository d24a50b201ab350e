import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { ConsoleError } from "../../src/core/errors.ts";
import { protectionOf } from "../../src/postgres/connection/connect.ts";
import { openDatabase } from "../../src/postgres/connection/open.ts";
import { exposure } from "../../src/postgres/target/protection.ts";
import { authority, inDer, lockedBy, revocation, vouchedFor } from "../helpers/certificates.ts";
import { type Role, rolePassword, type TlsServer, tlsServer } from "../helpers/tls-server.ts";

setDefaultTimeout(60_000);

const [ours, theirs] = [authority("our authority"), authority("another authority")];
const host = vouchedFor("the server", ours, ["localhost"]);
const client = vouchedFor("certified", ours);
const stranger = vouchedFor("certified", theirs);

let server: TlsServer;
let folder: string;
const homeBefore = process.env.HOME;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "streamflow-tls-"));
  // Certificates of whoever runs the tests have no part in them.
  process.env.HOME = folder;
  const files = {
    "ours.pem": ours.certificate,
    "theirs.pem": theirs.certificate,
    "both.pem": theirs.certificate + ours.certificate,
    "revoked.pem": revocation(ours, [host]),
    "nobody-revoked.pem": revocation(ours, []),
    "client.pem": client.certificate,
    "client.key": client.key,
    "locked.key": lockedBy("open sesame", client),
    "open.key": client.key,
    "stranger.pem": stranger.certificate,
    "stranger.key": stranger.key,
    "empty.pem": "",
    "text.pem": "no certificate\n",
    "damaged.pem": ours.certificate.replace(/\n.{10}/, "\nAAAAAAAAAA"),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(file(name), text, { mode: 0o600 });
  writeFileSync(file("der.pem"), inDer(ours.certificate));
  chmodSync(file("open.key"), 0o644);
  mkdirSync(file("folder.pem"));
  server = await tlsServer(host, ours);
});
afterAll(async () => {
  process.env.HOME = homeBefore;
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A URL of the server; `file:` in a parameter stands for the folder of this test's files. */
function urlOf(role: Role, parameters: string, at = "localhost"): string {
  const query = parameters.replaceAll("file:", `${folder}/`);
  return `postgresql://${role}@${at}:${server.port}/postgres?hostaddr=127.0.0.1&connect_timeout=5&${query}`;
}

type Outcome = "t" | "p" | "-";

/** Whether a URL leads to the server by TLS, plainly, or not at all, as the server has it. */
async function outcomeOf(url: string): Promise<Outcome> {
  try {
    await using sql = await opened(url);
    const [row] = await sql.pool<{ ssl: boolean }[]>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    expect(protectionOf(sql.pool)?.kind === "unencrypted").toBe(row?.ssl === false);
    return row?.ssl ? "t" : "p";
  } catch (error) {
    if (error instanceof ConsoleError) return "-";
    throw error;
  }
}

async function opened(url: string) {
  const pool = await openDatabase(url);
  return { pool, [Symbol.asyncDispose]: () => pool.end() };
}

async function refusal(url: string): Promise<ConsoleError> {
  try {
    await using sql = await opened(url);
    throw new Error(`expected a ConsoleError, got a connection: ${JSON.stringify(protectionOf(sql.pool))}`);
  } catch (thrown) {
    if (thrown instanceof ConsoleError) return thrown;
    throw thrown;
  }
}

const modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

interface Row {
  of: string;
  role?: Role;
  host?: string;
  parameters: string;
  /** What becomes of each sslmode in libpq, in their order. */
  libpq: string;
  /** A file is named that is of no use: libpq goes on without it as long as nothing has to be proven. */
  useless?: true;
}

const withTls: Row[] = [
  { of: "no root", parameters: "", libpq: "pptt--" },
  { of: "its authority", parameters: "sslrootcert=file:ours.pem", libpq: "pptttt" },
  { of: "its authority as the second", parameters: "sslrootcert=file:both.pem", libpq: "pptttt" },
  { of: "another authority", parameters: "sslrootcert=file:theirs.pem", libpq: "ppp---" },
  { of: "another host", parameters: "sslrootcert=file:ours.pem", host: "db.example.org", libpq: "ppttt-" },
  { of: "an address", parameters: "sslrootcert=file:ours.pem", host: "127.0.0.1", libpq: "ppttt-" },
  {
    of: "another host of another authority",
    parameters: "sslrootcert=file:theirs.pem",
    host: "db.example.org",
    libpq: "ppp---",
  },
  {
    of: "another host, that is revoked",
    parameters: "sslrootcert=file:ours.pem&sslcrl=file:revoked.pem",
    host: "db.example.org",
    libpq: "ppp---",
  },
  { of: "its authority, asked for no name", parameters: "sslrootcert=file:ours.pem&sslsni=0", libpq: "pptttt" },
  {
    of: "another host, asked for no name",
    parameters: "sslrootcert=file:ours.pem&sslsni=0",
    host: "db.example.org",
    libpq: "ppttt-",
  },
  { of: "a root that is revoked", parameters: "sslrootcert=file:ours.pem&sslcrl=file:revoked.pem", libpq: "ppp---" },
  { of: "a list without it", parameters: "sslrootcert=file:ours.pem&sslcrl=file:nobody-revoked.pem", libpq: "pptttt" },
  { of: "no certificate", parameters: "sslrootcert=file:text.pem", libpq: "ppp---", useless: true },
  { of: "an empty file", parameters: "sslrootcert=file:empty.pem", libpq: "ppp---", useless: true },
  { of: "no file", parameters: "sslrootcert=file:none.pem", libpq: "pptt--", useless: true },
  { of: "hostssl, no root", role: "encrypted", parameters: "", libpq: "-ttt--" },
  { of: "hostssl, its authority", role: "encrypted", parameters: "sslrootcert=file:ours.pem", libpq: "-ttttt" },
  { of: "hostssl, another authority", role: "encrypted", parameters: "sslrootcert=file:theirs.pem", libpq: "------" },
  { of: "cert, without one", role: "certified", parameters: "sslrootcert=file:ours.pem", libpq: "------" },
  {
    of: "cert, with one",
    role: "certified",
    parameters: "sslrootcert=file:ours.pem&sslcert=file:client.pem&sslkey=file:client.key",
    libpq: "-ttttt",
  },
  {
    of: "cert, with one of somebody else",
    role: "certified",
    parameters: "sslrootcert=file:ours.pem&sslcert=file:stranger.pem&sslkey=file:stranger.key",
    libpq: "------",
  },
  {
    of: "cert, that is not to be sent",
    role: "certified",
    parameters: "sslcertmode=disable&sslcert=file:client.pem&sslkey=file:client.key",
    libpq: "------",
  },
];

const withoutTls: Row[] = [
  { of: "no root", parameters: "", libpq: "ppp---" },
  { of: "its authority", parameters: "sslrootcert=file:ours.pem", libpq: "ppp---" },
];

/**
 * What the console does: as libpq, but that `allow` comes by TLS where `prefer` would, which is more than was asked for, and
 * that a file of no use is refused by name wherever TLS may come of it.
 */
function expected({ libpq, useless }: Row): string {
  return useless ? `${libpq[0]}-----` : `${libpq[0]}${libpq[2]}${libpq.slice(2)}`;
}

async function outcomes(look: (url: string) => Promise<Outcome>, row: Row): Promise<string> {
  const { role = "anybody", parameters, host: at } = row;
  return (await Promise.all(modes.map((mode) => look(urlOf(role, `sslmode=${mode}&${parameters}`, at))))).join("");
}

/** The program that the table was taken from. */
const psql = process.env.PSQL;

async function outcomeOfPsql(url: string): Promise<Outcome> {
  const statement = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
  const env = { HOME: folder, PATH: process.env.PATH };
  const said = await new Response(
    Bun.spawn([psql ?? "psql", "-XAtc", statement, url], { env, stderr: "ignore" }).stdout,
  ).text();
  if (said === "") return "-";
  return said === "t\n" ? "t" : "p";
}

describe.each([
  [true, withTls],
  [false, withoutTls],
])("each sslmode, to a server that has TLS: %p", (hasTls, rows) => {
  beforeAll(() => server.offerTls(hasTls));
  afterAll(() => server.offerTls(true));

  test.each(rows.map((row) => [row.of, row] as const))("%s", async (_, row) => {
    expect(await outcomes(outcomeOf, row)).toBe(expected(row));
  });

  test.skipIf(psql === undefined)("psql does what the table says of libpq", async () => {
    // sslcertmode is of a later release than many psql are.
    for (const row of rows.filter(({ parameters }) => !parameters.includes("sslcertmode"))) {
      expect([row.of, await outcomes(outcomeOfPsql, row)]).toEqual([row.of, row.libpq]);
    }
  });
});

describe("a protection is taken from the environment, and from the usual files, as well", () => {
  afterAll(() => rmSync(file(".postgresql"), { recursive: true, force: true }));

  test("variables, and that of older releases", async () => {
    const variables = { PGSSLROOTCERT: file("theirs.pem"), PGREQUIRESSL: "1" };
    Object.assign(process.env, variables);
    const error = await refusal(urlOf("anybody", ""));
    for (const name of Object.keys(variables)) delete process.env[name];
    expect(error.title).toContain("no authority in sslrootcert vouches");
  });

  test("~/.postgresql", async () => {
    mkdirSync(file(".postgresql"));
    const files = { "root.crt": ours.certificate, "postgresql.crt": client.certificate, "postgresql.key": client.key };
    for (const [name, text] of Object.entries(files)) writeFileSync(file(`.postgresql/${name}`), text, { mode: 0o600 });
    expect(await outcomeOf(urlOf("certified", "sslmode=verify-full"))).toBe("t");
    writeFileSync(file(".postgresql/root.crl"), revocation(ours, [host]));
    expect((await refusal(urlOf("anybody", "sslmode=verify-ca"))).title).toContain("was revoked");
  });
});

describe("a file of no use is refused at once, by name, and nothing is connected to", () => {
  const root = "sslrootcert=file:ours.pem";
  test.each([
    ["sslrootcert=file:text.pem", "it holds no certificate in PEM form"],
    ["sslrootcert=file:empty.pem", "it is empty"],
    ["sslrootcert=file:der.pem", "DER form"],
    ["sslrootcert=file:folder.pem", "it is no regular file"],
    ["sslrootcert=/dev/zero", "it is no regular file"],
    ["sslrootcert=file:none.pem", "there is no such file"],
    ["sslrootcert=file:client.key", "it holds no certificate"],
    ["sslrootcert=file:damaged.pem", "it is damaged"],
    [`${root}&sslcrl=file:ours.pem`, "it holds no x509 crl"],
    ["sslcrl=file:revoked.pem", "revokes nothing"],
    [`${root}&sslcert=file:client.pem`, "sslcert is of no use without its key"],
    [`${root}&sslkey=file:client.key`, "sslkey is of no use without sslcert"],
    [`${root}&sslcert=file:text.pem&sslkey=file:client.key`, "sslcert names"],
    [`${root}&sslcert=file:client.pem&sslkey=file:client.pem`, "it holds no private key"],
    [`${root}&sslcert=file:client.pem&sslkey=file:stranger.key`, "that is not the key of"],
    [`${root}&sslcert=file:client.pem&sslkey=file:open.key`, "others than its owner may read it"],
    [`${root}&sslcert=file:client.pem&sslkey=file:locked.key`, "sslpassword does not open it"],
    [`${root}&sslcert=file:client.pem&sslkey=file:locked.key&sslpassword=s3cret`, "sslpassword does not open it"],
  ])("%s", async (parameters, words) => {
    // Nothing listens on that address.
    const error = await refusal(urlOf("anybody", parameters).replace("hostaddr=127.0.0.1", "hostaddr=192.0.2.1"));
    expect(error.code).toBe("usage");
    expect(error.title).toContain(words);
    expect(`${error.title} ${error.hint}`).not.toContain("s3cret");
  });

  test("and a key that is locked opens by its password", async () => {
    const own = "sslcert=file:client.pem&sslkey=file:locked.key&sslpassword=open%20sesame";
    expect(await outcomeOf(urlOf("certified", `sslmode=require&${own}`))).toBe("t");
  });
});

describe("what keeps a connection from being made is told as what it is", () => {
  test.each([
    ["encrypted", "sslmode=disable", "no encryption", "use sslmode=verify-full with sslrootcert=FILE"],
    ["encrypted", "sslrootcert=file:theirs.pem", "no encryption", "TLS failed before"],
    ["certified", "sslmode=require", "it refuses the login", "give sslcert=FILE and sslkey=FILE"],
    [
      "certified",
      "sslmode=require&sslcert=file:stranger.pem&sslkey=file:stranger.key",
      "TLS with it fails",
      "a certificate of yours (sslcert) that it does not believe",
    ],
    ["plain", "sslmode=require", "SSL encryption", "use sslmode=disable"],
    ["anybody", "sslmode=verify-full&sslrootcert=file:theirs.pem", "no authority in sslrootcert", "sslrootcert=FILE"],
    ["anybody", "sslmode=verify-full&sslrootcert=system", "no authority in sslrootcert", "sslrootcert=FILE"],
    ["anybody", "sslrootcert=system", "no authority in sslrootcert", "sslrootcert=FILE"],
    [
      "anybody",
      "sslrootcert=file:ours.pem&sslcrl=file:revoked.pem&sslmode=require",
      "was revoked",
      "another certificate",
    ],
    ["anybody", "target_session_attrs=standby", "it is primary and read-write, not standby", "target_session_attrs"],
  ] as const)("%s, %s", async (role, parameters, words, remedy) => {
    const error = await refusal(urlOf(role, parameters));
    expect(error.code).toBe("database_unreachable");
    expect(error.title).toContain(words);
    expect(error.hint).toContain(remedy);
  });

  test("a certificate of another host", async () => {
    const error = await refusal(urlOf("anybody", "sslmode=verify-full&sslrootcert=file:ours.pem", "db.example.org"));
    expect(error.title).toContain(`on db.example.org:${server.port} as "anybody": its certificate is another host's`);
    expect(error.hint).toContain("hostaddr=ADDRESS");
  });

  test("versions of TLS that do not meet", async () => {
    await server.sql`alter system set ssl_max_protocol_version = 'TLSv1.2'`;
    await server.offerTls(true);
    const error = await refusal(urlOf("anybody", "sslmode=require&ssl_min_protocol_version=TLSv1.3"));
    expect(error.title).toContain("TLS with it fails");
    expect(error.hint).toContain("versions of TLS that differ");
    expect(await outcomeOf(urlOf("anybody", "sslmode=require"))).toBe("t");
    await server.sql`alter system reset ssl_max_protocol_version`;
    await server.offerTls(true);
  });

  test("a session that is as target_session_attrs asks for, and TLS from the first byte", async () => {
    expect(await outcomeOf(urlOf("anybody", "target_session_attrs=read-write&sslmode=disable"))).toBe("p");
    const direct = "sslnegotiation=direct&sslmode=verify-full&sslrootcert=file:ours.pem";
    expect(await outcomeOf(urlOf("anybody", direct))).toBe("t");
  });
});

describe("a login is bound to its channel where that is asked for", () => {
  const bound = `sslmode=require&channel_binding=require&password=${encodeURIComponent(rolePassword)}`;

  test("to the server itself", async () => {
    expect(await outcomeOf(urlOf("scram", bound))).toBe("t");
    if (psql !== undefined) expect(await outcomeOfPsql(urlOf("scram", bound))).toBe("t");
  });

  test("which proves who the server is", async () => {
    const protections = [bound, bound.replace("channel_binding=require", "")].map(async (parameters) => {
      const sql = await openDatabase(urlOf("scram", parameters));
      await sql.end();
      return protectionOf(sql)?.kind;
    });
    expect(await Promise.all(protections)).toEqual(["verified", "unverified"]);
  });

  test.each([
    ["a server that asks for no password", "anybody", bound, "a login that is not bound to the channel"],
    ["a wrong password", "scram", "sslmode=require&channel_binding=require&password=wrong", "it refuses the password"],
    ["TLS that fails", "scram", `${bound.replace("require", "prefer")}&sslrootcert=file:theirs.pem`, "there is no TLS"],
    ["no TLS at all", "scram", bound.replace("require", "disable"), "channel_binding=require needs TLS"],
  ] as const)("not with %s", async (_, role, parameters, words) => {
    expect((await refusal(urlOf(role, parameters))).title).toContain(words);
    if (psql !== undefined) expect(await outcomeOfPsql(urlOf(role, parameters))).toBe("-");
  });

  test("not to somebody in between, whom TLS alone does not tell from the server", async () => {
    const between = createServer(
      { key: stranger.key, cert: stranger.certificate, ALPNProtocols: ["postgresql"] },
      (one) => {
        const other = connect({ port: server.port, rejectUnauthorized: false, ALPNProtocols: ["postgresql"] });
        for (const socket of [one, other]) socket.on("error", () => {});
        one.pipe(other).pipe(one);
      },
    );
    const listening = Promise.withResolvers<void>();
    between.listen(0, "127.0.0.1", () => listening.resolve());
    await listening.promise;
    const address = between.address();
    const port = typeof address === "object" ? address?.port : 0;
    const through = (parameters: string) =>
      urlOf("scram", `sslnegotiation=direct&${parameters}`).replace(`:${server.port}/`, `:${port}/`);
    expect(await outcomeOf(through(bound.replace("channel_binding=require", "")))).toBe("t");
    expect((await refusal(through(bound))).title).toContain("channel binding check failed");
    between.close();
  });
});

/** A server that answers a request for TLS with these bytes, and hangs up. */
function answering(bytes: string) {
  const data = (socket: { end(text: string): void }) => void socket.end(bytes);
  return Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data } });
}

test.each([
  ["N", "it offers no TLS (sslmode=require wants it)", "sslmode=disable"],
  ["SX", "it does not answer as PostgreSQL does", "host and port"],
  ["HTTP/1.1 400 Bad Request\r\n\r\n", "it does not answer as PostgreSQL does", "host and port"],
  ["", "it hangs up at once", "log"],
  ["S", "", "log"],
])("asked for TLS, a server answers %j", async (bytes, words, remedy) => {
  const listener = answering(bytes);
  const error = await refusal(`postgresql://ann@127.0.0.1:${listener.port}/app?sslmode=require`);
  listener.stop(true);
  expect(error.code).toBe("database_unreachable");
  expect(error.title).toContain(words);
  expect(error.hint).toContain(remedy);
});

test("a server that asks for a login by Kerberos is told at once", async () => {
  const data = (socket: { write(bytes: Buffer): void }) => void socket.write(Buffer.from("R\0\0\0\x08\0\0\0\x07"));
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data } });
  const error = await refusal(`postgresql://ann@127.0.0.1:${listener.port}/app?sslmode=disable`);
  listener.stop(true);
  expect(error.title).toContain("such as Kerberos");
  expect(error.hint).toContain("scram-sha-256");
});

test("who is told of a connection that others could read, or answer", () => {
  const away = { place: "db:5432", isLocal: false };
  const plain = { kind: "unencrypted", lacks: "unoffered", because: "the server offers no TLS" } as const;
  const unproven = { kind: "unverified", because: "sslmode=require without sslrootcert" } as const;
  expect(exposure({ ...away, ...plain })?.title).toContain("db:5432 is not encrypted (the server offers no TLS)");
  expect(exposure({ ...away, ...unproven })?.title).toContain("proved nothing (sslmode=require without sslrootcert)");
  for (const told of [plain, unproven]) {
    expect(exposure({ ...away, ...told })?.hint).toContain("sslmode=verify-full&sslrootcert=FILE");
    expect(exposure({ ...away, ...told, isLocal: true })).toBeNull();
  }
  expect(exposure({ ...away, kind: "verified" })).toBeNull();
  expect(exposure(null)).toBeNull();
});
