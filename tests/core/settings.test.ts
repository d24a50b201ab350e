import { describe, expect, test } from "bun:test";
import { ConsoleError } from "../../src/core/errors.ts";
import { resolveSettings } from "../../src/core/settings.ts";

type Environment = Record<string, string>;

const databaseOf = (env: Environment, database?: string) => resolveSettings({ database }, env).database;

const whole = {
  POSTGRES_USER: "ann",
  POSTGRES_PASSWORD: "p@ss",
  POSTGRES_DB: "app",
  POSTGRES_HOST: "db",
  POSTGRES_PORT: "5433",
};
const { POSTGRES_HOST: _, ...seed } = whole;

describe("the database", () => {
  test.each<[string, Environment, string | undefined, string | null]>([
    ["nothing is set", {}, undefined, null],
    ["a flag", { DATABASE_URL: "postgresql://env/x" }, "postgresql://flag/x", "postgresql://flag/x"],
    ["DATABASE_URL", { ...whole, DATABASE_URL: "postgresql://env/x" }, undefined, "postgresql://env/x"],
    ["the seed's variables", whole, undefined, "postgresql://ann:p%40ss@db:5433/app"],
    [
      "host and user are enough",
      { POSTGRES_HOST: "::1", POSTGRES_USER: "ann" },
      undefined,
      "postgresql://ann@[::1]:5432/ann",
    ],
    ["empty ones count as unset", { POSTGRES_HOST: "", POSTGRES_USER: "", DATABASE_URL: "" }, undefined, null],
    ["half of them beside a URL", { ...seed, DATABASE_URL: "postgresql://env/x" }, undefined, "postgresql://env/x"],
    ["half of them beside a flag", seed, "postgresql://flag/x", "postgresql://flag/x"],
    ["embedded by a flag, half set", seed, "embedded", null],
    ["embedded by a flag, all set", { ...whole, DATABASE_URL: "postgresql://env/x" }, "embedded", null],
    ["embedded by a variable", { ...whole, DATABASE_URL: "embedded" }, undefined, null],
  ])("%s", (_what, env, flag, wanted) => {
    expect(databaseOf(env, flag)).toBe(wanted);
  });
});

test("keys of a bucket that stand in its place are told to go where they belong, and are no database", () => {
  const env = { STREAMFLOW_DATA: "s3://AKID:s3cret@drops/months" };
  expect(() => resolveSettings({}, env)).toThrow("STREAMFLOW_DATA holds the keys of a bucket.");
});

describe("half a database is refused, and never taken for the embedded one", () => {
  const complaint = (env: Environment): ConsoleError => {
    try {
      resolveSettings({}, env);
    } catch (error) {
      if (error instanceof ConsoleError) return error;
      throw error;
    }
    throw new Error(`${Object.keys(env)} were accepted`);
  };

  test.each<[Environment, string]>([
    [seed, "POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, POSTGRES_PORT are set, POSTGRES_HOST is not."],
    [{ POSTGRES_USER: "ann" }, "POSTGRES_USER is set, POSTGRES_HOST is not."],
    [{ POSTGRES_HOST: "db" }, "POSTGRES_HOST is set, POSTGRES_USER is not."],
    [{ POSTGRES_HOST: "db", POSTGRES_DB: "app" }, "POSTGRES_HOST, POSTGRES_DB are set, POSTGRES_USER is not."],
    [{ POSTGRES_PASSWORD: "s3cret" }, "POSTGRES_PASSWORD is set, POSTGRES_HOST, POSTGRES_USER are not."],
    [{ POSTGRES_PORT: "5432", POSTGRES_USER: "" }, "POSTGRES_PORT is set, POSTGRES_HOST, POSTGRES_USER are not."],
  ])("%j", (env, words) => {
    const { code, exitCode, title, hint } = complaint(env);
    expect({ code, exitCode, title }).toEqual({
      code: "usage",
      exitCode: 2,
      title: `The database is half named: ${words}`,
    });
    expect(hint).toStartWith("Set POSTGRES_");
    for (const way of ["--database embedded", "DATABASE_URL=embedded", ".env"]) expect(hint).toContain(way);
    expect(title + hint).not.toContain("s3cret");
  });

  test("a port that is none", () => {
    expect(complaint({ ...whole, POSTGRES_PORT: "five" }).title).toBe('POSTGRES_PORT is not a port: "five".');
  });
});
