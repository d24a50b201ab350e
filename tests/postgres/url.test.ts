import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ConsoleError } from "../../src/core/errors.ts";
import { tlsFor } from "../../src/postgres/connection/tls.ts";
import { parseUrl, passwordFromFile } from "../../src/postgres/connection/url.ts";

const parse = (url: string) => parseUrl(url, {});

describe("a libpq URL", () => {
  test.each([
    ["postgres://ann@db.example.com/app", { user: "ann", host: "db.example.com", port: 5432, database: "app" }],
    ["postgresql://ann:pass@db:6432/app", { password: "pass", host: "db", port: 6432 }],
    ["postgresql://ann:p%40ss%2F%3A@db/app", { password: "p@ss/:" }],
    ["postgresql://a%20b@db/a%20b", { user: "a b", database: "a b" }],
    ["postgresql://ann@/app?host=/var/run/pg", { host: "/var/run/pg", port: 5432, database: "app" }],
    ["postgresql://ann@/app?host=/tmp/x&port=5433", { host: "/tmp/x", port: 5433 }],
    ["postgresql://%2Ftmp%2Fx/app?user=ann", { host: "/tmp/x", user: "ann" }],
    ["postgresql:///app?host=db&user=ann&password=x", { host: "db", user: "ann", password: "x" }],
    ["postgresql://ann@[::1]:5433/app", { host: "::1", port: 5433 }],
    ["postgresql://ann@db", { database: "ann" }],
    ["postgresql://ann@db/app?sslmode=verify-full&connect_timeout=3", { sslmode: "verify-full", connectTimeout: 3 }],
    ["postgresql://ann@db/app?ssl=true", { sslmode: "require" }],
    ["postgresql://ann@db/app?sslmode=require&channel_binding=require", { sslmode: "require" }],
    ["postgresql://ann@db/app?application_name=x&options=-c%20work_mem%3D8MB", { options: "-c work_mem=8MB" }],
    ["postgresql://ann@db/app?host=other", { host: "other" }],
  ])("%s", (url, expected) => {
    expect(parse(url)).toMatchObject(expected);
  });

  test("what it leaves out comes from libpq's variables", () => {
    const env = { PGHOST: "h", PGPORT: "1", PGUSER: "u", PGPASSWORD: "p", PGDATABASE: "d", PGSSLMODE: "disable" };
    const filled = { host: "h", port: 1, user: "u", password: "p", database: "d", sslmode: "disable" };
    expect(parseUrl("postgresql://", env)).toMatchObject(filled);
    expect(parseUrl("postgresql://a:b@c:2/e?sslmode=require", env)).toMatchObject({
      ...{ host: "c", port: 2, user: "a", password: "b", database: "e", sslmode: "require" },
    });
  });

  test("every user, password and database survives percent-encoding", () => {
    const word = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(word, word, word, (user, password, database) => {
        const [u, p, d] = [user, password, database].map(encodeURIComponent);
        expect(parse(`postgresql://${u}:${p}@db/${d}`)).toMatchObject({ user, password, database });
      }),
    );
  });
});

describe("a URL that cannot be read is a usage error that keeps the password to itself", () => {
  test.each([
    "mysql://ann:s3cret@db/app",
    "ann:s3cret@db/app",
    "postgresql://ann:s3cret@db:port/app",
    "postgresql://ann:s3cret@db:0/app",
    "postgresql://ann:s3cret@db:99999/app",
    "postgresql://ann:s3cret%@db/app",
    "postgresql://ann:s3cret@db/app?sslmode=maybe",
    "postgresql://ann:s3cret@db/app?colour=red",
    "postgresql://ann:s3cret@db1,db2/app",
    "postgresql://ann:s3cret/x@db/app",
    "postgresql://ann:s3cret@s3cret@db/app",
    "postgresql://ann:1?s3cret@db/app",
    "postgresql://ann:1#s3cret@db/app",
    "postgresql://ann:s3cret@db/app?connect_timeout=soon",
    "",
  ])("%s", (url) => {
    const thrown = (() => {
      try {
        return parse(url);
      } catch (error) {
        return error;
      }
    })();
    if (!(thrown instanceof ConsoleError)) throw new Error(`not refused: ${JSON.stringify(thrown)}`);
    expect(thrown.code).toBe("usage");
    expect(`${thrown.title} ${thrown.hint} ${thrown.stack}`).not.toContain("s3cret");
  });
});

describe("a password file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "streamflow-pass-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const look = (text: string, url: string, mode = 0o600) => {
    const path = join(folder, "pass");
    writeFileSync(path, text);
    chmodSync(path, mode);
    return passwordFromFile(parseUrl(url, { PGPASSFILE: path }));
  };
  const url = "postgresql://ann@db:6432/app";

  test.each([
    ["db:6432:app:ann:first\n*:*:*:*:second\n", url, "first"],
    ["# db:6432:app:ann:comment\nother:*:*:*:x\n*:*:app:ann:wild\n", url, "wild"],
    ["db:6432:app:ann:a\\:b\\\\c", url, "a:b\\c"],
    ["localhost:5432:app:ann:local", "postgresql://ann@/app?host=/tmp", "local"],
    ["db:5432:app:ann:other port", url, null],
    ["", url, null],
  ])("%j", (text, target, password) => {
    expect(look(text, target)).toBe(password);
  });

  test("is not believed when others may read it, and need not be there", () => {
    expect(look("*:*:*:*:x", url, 0o644)).toBeNull();
    expect(passwordFromFile(parseUrl(url, { PGPASSFILE: join(folder, "none") }))).toBeNull();
  });
});

describe("sslmode", () => {
  const tls = (query: string) => tlsFor(parse(`postgresql://ann@db/app?${query}`));
  const root = `sslrootcert=${encodeURIComponent(import.meta.path)}`;

  test("disable, allow, prefer and require ask for no proof", () => {
    expect(tls("sslmode=disable")).toBe(false);
    expect(tls("sslmode=allow")).toBe("prefer");
    expect(tls("")).toBe("prefer");
    expect(tls("sslmode=require")).toEqual({ rejectUnauthorized: false });
    expect(tlsFor(parse("postgresql:///app?host=/tmp&sslmode=verify-full"))).toBe(false);
  });

  test("verify-ca, and require with a root certificate, check the authority; verify-full the name as well", () => {
    for (const query of [`sslmode=verify-ca&${root}`, `sslmode=require&${root}`]) {
      expect(tls(query)).toMatchObject({ rejectUnauthorized: true, checkServerIdentity: expect.any(Function) });
    }
    expect(tls(`sslmode=verify-full&${root}`)).toEqual({ rejectUnauthorized: true, ca: expect.any(String) });
    expect(tls("sslmode=verify-full&sslrootcert=system")).toEqual({ rejectUnauthorized: true });
    expect(() => tls("sslmode=require&sslrootcert=/nowhere")).toThrow("sslrootcert");
  });
});
