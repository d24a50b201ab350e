import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { ConsoleError } from "../../src/core/errors.ts";
import { keepSecret, learnSecrets, redact, redacted } from "../../src/core/secrets/secrets.ts";
import { hidden, holdsPassword, isDatabaseUrl } from "../../src/core/secrets/shapes.ts";

describe("what stands where a password does is hidden, whatever it is", () => {
  test.each([
    ['"postgres://u:PW@h/db" is not a month.', '"postgres://u:***@h/db" is not a month.'],
    ["no folder postgres://u:a PW@h/db", "no folder postgres://u:***@h/db"],
    ["postgres://u:a/b@c?d#PW@h:5432/x lost", "postgres://u:***@h:5432/x lost"],
    ["postgres://u:12/PW@h", "postgres://u:***@h"],
    ["postgres://u:PW", "postgres://u:***"],
    ["postgres://u:12-PW", "postgres://u:***"],
    ["postgres://u:PW@h1 or postgres://v:PW@h2", "postgres://u:***@h1 or postgres://v:***@h2"],
    ["postgres:/u:PW@h", "postgres:/u:***@h"],
    ["postgres//u:PW@h", "postgres//u:***@h"],
    ["ann:PW@db/app", "ann:***@db/app"],
    ["jdbc:postgresql://h/db?user=u&password=PW&x=1", "jdbc:postgresql://h/db?user=u&password=***&x=1"],
    ["host=h password='a PW' user=x", "host=h password=*** user=x"],
    ["sslpassword = PW", "sslpassword = ***"],
    ["password%3DPW", "password%3D***"],
    ['{"password": "PW", "a": 1}', '{"password": ***, "a": 1}'],
  ])("%s", (text, told) => {
    expect(redact(text)).toBe(told);
    expect(redact(told)).toBe(told);
  });

  test.each([
    "postgres://u@h:5432/db",
    "postgres://h:5432/db and http://localhost:80.",
    "postgres://[::1]:5432/db",
    "postgresql://streamflow@/streamflow?host=/run/a:b",
    "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, special characters in it percent-encoded.",
    "Correct user and password in the database URL, PGPASSWORD or ~/.pgpass.",
    'Cannot connect to database "app" on db.example.org:5432 as "ann": it refuses the password.',
    "ann@db (process 12): month_001 since 2024-02-01 06:00:00Z, users.csv:3:7",
    "passfile=/home/ann/.pgpass sslmode=require",
  ])("%s holds none", (text) => {
    expect(redact(text)).toBe(text);
  });

  test.each(["a://", "a:/b:", "://a:", "x:", "a:b@", "pass=", "pwd='", "a://u:", "a.", "@", " "])(
    "in a text of %j it takes longer as the text does, and not as its square",
    (part) => {
      /** Milliseconds of this process alone, whatever else the machine does; the least of some, for one has garbage to collect. */
      const work = (count: number) => {
        const text = part.repeat(count);
        const rounds = Array.from({ length: 3 }, () => {
          const before = process.cpuUsage();
          redact(text);
          const { user, system } = process.cpuUsage(before);
          return (user + system) / 1000;
        });
        return Math.min(...rounds);
      };
      // Of eight times the text: eight times the work, where its square were sixty-four.
      expect(work(20_000)).toBeLessThan(24 * Math.max(1, work(2_500)));
    },
  );
});

/** A password as people have them, with signs that a URL would have encoded; no other text is like it. */
const odd = fc
  .string({ unit: fc.constantFrom(..."@/?#:&=%+ \\'\"[]abZ9é"), minLength: 2, maxLength: 12 })
  .map((text) => `q9${text}X7`);

test("a password that a URL gave is known in each spelling, however it is cut", () => {
  fc.assert(
    fc.property(odd, fc.boolean(), fc.constantFrom('"', "", "'"), (password, encodes, quote) => {
      const written = encodes ? encodeURIComponent(password) : password;
      learnSecrets([`--month=postgresql://ann:${written}@db/app`], {});
      for (const spelt of [password, written, encodeURIComponent(password)]) {
        expect(redact(`There is no ${quote}${spelt}${quote} here.`)).toBe(
          `There is no ${quote}${hidden}${quote} here.`,
        );
      }
    }),
  );
});

test("variables of the environment that name a database give theirs away, and others are nobody's business", () => {
  learnSecrets(["postgresql://ann:first half-2@db/app"], {
    PGPASSWORD: "pg-pass-1",
    POSTGRES_PASSWORD: "streamflow",
    POSTGRES_USER: "streamflow",
    DATABASE_URL: "postgresql://ann:url-pass-1@db/app",
    OTHER_URL: "postgresql://ann:other-pass-1@db/app",
  });
  const said = 'pg-pass-1 url-pass-1 other-pass-1 half-2 "streamflow"';
  expect(redact(said)).toBe(`${hidden} ${hidden} other-pass-1 ${hidden} "streamflow"`);
});

test("a password that could be any word spoils no other", () => {
  for (const password of ["a", "qzword", ""]) keepSecret(password);
  keepSecret("said-anyway-1", "said-anyway-1");
  const told = 'There is a qzword "qzword_001" that said-anyway-1, and no "a".';
  expect(redact(told)).toBe(told);
  expect(redact("\"qzword\" is no qzword, nor is 'qzword'.")).toBe("\"***\" is no qzword, nor is '***'.");
});

test("what is said in words holds no password, and what is data stays as it is", () => {
  const url = "postgresql://ann:s3cret@db/app";
  const fault = { file: "users.csv", value: url, reason: "not a date" };
  const row = { key: { title: url, hint: url }, value: url };
  const message = { id: 1, error: { title: `lost ${url}`, hint: url, faults: [fault] }, rows: [row, null, 3, true] };
  const safe = "postgresql://ann:***@db/app";
  expect(redacted(message)).toEqual({
    ...message,
    error: { title: `lost ${safe}`, hint: safe, faults: [fault] },
  });
  const error = new ConsoleError("usage", url, { hint: url });
  expect([error.title, error.message, error.hint]).toEqual([safe, safe, safe]);
  expect(error.stack).not.toContain("s3cret");
});

test.each([
  "pattern=^mailto:ann@db.example.org$",
  "/srv/drops:old@2024/month_000",
  "time=12:30@noon",
  "https://example.org:8443/drops",
  "../postgres/drops",
  "/srv/postgres//drops",
  "month_000..month_003",
  "streamflow",
  "postgres",
])("%s is no database's URL and holds no password, and so is taken for what it is", (word) => {
  expect([isDatabaseUrl(word), holdsPassword(word)]).toEqual([false, false]);
});
