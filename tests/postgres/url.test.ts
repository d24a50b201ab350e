import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ConsoleError } from "../../src/core/errors.ts";
import { isParameter, type Parameter, parameters, ruleOf } from "../../src/postgres/target/parameters.ts";
import { passwordFromFile } from "../../src/postgres/target/password-file.ts";
import { parseUrl } from "../../src/postgres/target/url.ts";

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
    ["postgresql://ann@db/app?sslmode=require&channel_binding=prefer", { sslmode: "require" }],
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

describe("a service", () => {
  let folder: string;
  const env = () => ({ PGSERVICEFILE: join(folder, "own"), PGSYSCONFDIR: folder, PGSSLMODE: "prefer", PGUSER: "bob" });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "streamflow-service-"));
    const own =
      "# of mine\n[other]\nhost=elsewhere\n\n[main]\nhost=db\nport=6432\nsslmode=require\n[weak]\nsslmode=feeble\n[bad]\nhost db s3cret\n";
    writeFileSync(join(folder, "own"), own);
    writeFileSync(join(folder, "pg_service.conf"), "[main]\nhost=theirs\n[shared]\nhost=shared\nrequire_auth=none\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("says what a URL leaves out, before the variables do", () => {
    const expected = { host: "db", port: 6432, sslmode: "require", user: "bob" };
    expect(parseUrl("postgresql://?service=main", env())).toMatchObject(expected);
    expect(parseUrl("postgresql://", { ...env(), PGSERVICE: "main" })).toMatchObject(expected);
    const more = "postgresql://ann@own:1/?service=main&sslmode=disable";
    expect(parseUrl(more, env())).toMatchObject({ host: "own", port: 1, sslmode: "disable", user: "ann" });
  });

  test.each([
    ["none", `The service "none" is defined neither in`],
    ["shared", `The service "shared" asks for require_auth`],
    ["weak", `The service "weak" cannot be read: "feeble" is no sslmode`],
    ["bad", "has a line without a parameter"],
  ])("%s is refused", (service, words) => {
    const refused = () => parseUrl(`postgresql://?service=${service}`, env());
    expect(refused).toThrow(words);
    expect(refused).not.toThrow("s3cret");
  });
});

describe("a parameter of libpq's is honoured, or refused by name with a way out, or changes nothing that is relied on", () => {
  const names = Object.keys(parameters).filter(isParameter);
  const limited = names.filter((name) => ruleOf(name).kind === "limited");
  const allowedOf = (name: Parameter) => {
    const rule = ruleOf(name);
    return rule.kind === "limited" ? rule.allowed : [];
  };

  const refusalOf = (url: string, env = {}) => {
    try {
      return parseUrl(url, env);
    } catch (error) {
      return error;
    }
  };

  test.each(limited)("%s", (name) => {
    const { variable } = ruleOf(name);
    const told = { code: "usage", title: expect.stringContaining(name), hint: expect.stringMatching(/./) };
    expect(refusalOf(`postgresql://ann@db/app?${name}=require`)).toMatchObject(told);
    if (variable !== null) {
      const ofVariable = { ...told, title: expect.stringContaining(`${variable} asks for ${name}`) };
      expect(refusalOf("postgresql://ann@db/app", { [variable]: "require" })).toMatchObject(ofVariable);
    }
    for (const value of allowedOf(name)) expect(parse(`postgresql://ann@db/app?${name}=${value}`)).toBeDefined();
  });

  test("a value that may be a secret is not repeated", () => {
    const error = refusalOf("postgresql://ann@db/app?oauth_client_secret=s3cret");
    expect(JSON.stringify(error)).not.toContain("s3cret");
  });

  test("those that change nothing are taken", () => {
    const ignored = names.filter((name) => ruleOf(name).kind === "ignored");
    const query = ignored.map((name) => `${name}=1`).join("&");
    expect(parse(`postgresql://ann@db/app?${query}`)).toEqual(parse("postgresql://ann@db/app"));
  });

  test.each([
    ["hostaddr=::1", { host: "db", hostaddr: "::1" }],
    ["sslrootcert=system", { sslmode: "verify-full" }],
    ["requiressl=1", { sslmode: "require" }],
    ["sslsni=0", { sslsni: false }],
    ["channel_binding=require", { bindsChannel: true }],
    ["channel_binding=prefer", { bindsChannel: false }],
    ["sslcertmode=disable", { sendsCertificate: false }],
    ["sslmode=require&sslnegotiation=direct", { sslnegotiation: "direct" }],
    ["ssl_min_protocol_version=tlsv1.3", { minTls: "TLSv1.3", maxTls: "TLSv1.3" }],
    ["target_session_attrs=read-write", { session: "read-write" }],
  ])("%s", (query, expected) => {
    expect(parse(`postgresql://ann@db/app?${query}`)).toMatchObject(expected);
  });

  test.each([
    ["sslrootcert=system&sslmode=require", "too weak for sslrootcert=system"],
    ["sslnegotiation=direct", "too weak for sslnegotiation=direct"],
    ["sslnegotiation=indirect", "no sslnegotiation"],
    ["channel_binding=perhaps", "no channel_binding"],
    ["hostaddr=db.example.org", "no IP address"],
    ["ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2", "above ssl_max_protocol_version"],
    ["ssl_min_protocol_version=SSLv3", "no ssl_min_protocol_version"],
    ["target_session_attrs=any-old", "no target_session_attrs"],
  ])("%s is refused", (query, words) => {
    const refused = { code: "usage", title: expect.stringContaining(words) };
    expect(refusalOf(`postgresql://ann@db/app?${query}`)).toMatchObject(refused);
  });

  test.each([
    ["PGSSLMODE", "foo"],
    ["PGPORT", "http"],
    ["PGCONNECT_TIMEOUT", "soon"],
    ["PGHOSTADDR", "db"],
    ["PGSSLMINPROTOCOLVERSION", "1"],
  ])("of a variable, %s=%s, it is the variable that is named, and the way out", (name, value) => {
    const refused = { code: "usage", title: expect.stringContaining(name), hint: expect.stringContaining(name) };
    expect(refusalOf("postgresql://ann@/app", { [name]: value })).toMatchObject(refused);
    expect(JSON.stringify(refusalOf("postgresql://ann@db:http/app"))).not.toContain("PGPORT");
  });

  test("a variable protects what a URL says nothing of", () => {
    expect(parseUrl("postgresql://ann@db/app", { PGSSLROOTCERT: "system" }).sslmode).toBe("verify-full");
    expect(parseUrl("postgresql://ann@db/app", { PGREQUIRESSL: "1" }).sslmode).toBe("require");
    expect(parseUrl("postgresql://ann@db/app", { PGREQUIRESSL: "1", PGSSLMODE: "allow" }).sslmode).toBe("allow");
    expect(parseUrl("postgresql://ann@db/app", { PGHOSTADDR: "192.0.2.1" })).toMatchObject({ hostaddr: "192.0.2.1" });
  });
});
