import { expect, test } from "bun:test";
import { databaseName } from "../../src/pipeline/session/reach.ts";

const name = (database: string | null, home = ".streamflow") => databaseName({ data: "d", home, database }, "18.4");

test("a database is named by what tells it from another, and never by a secret", () => {
  const url = "postgresql://ann:s3cret@db.example.org/app?options=-c%20x%3Ds3cret";
  expect(name(url).database).toBe("app on db.example.org (PostgreSQL 18.4)");
  expect(name("postgresql://ann@db.example.org:5433/app").database).toBe(
    "app on db.example.org:5433 (PostgreSQL 18.4)",
  );
  expect(name("postgresql://ann@/?host=/tmp/pg15&port=5415").database).toBe("ann on /tmp/pg15:5415 (PostgreSQL 18.4)");
  expect(name("postgresql://ann@db/%1b%5b2J").database).toBe("\\e[2J on db (PostgreSQL 18.4)");
});

test("an embedded one by its home, which a title leaves out where it is the usual one", () => {
  expect(name(null)).toEqual({
    database: "embedded PostgreSQL 18.4 in .streamflow",
    server: "embedded PostgreSQL 18.4",
  });
  const elsewhere = "embedded PostgreSQL 18.4 in /srv/home";
  expect(name(null, "/srv/home")).toEqual({ database: elsewhere, server: elsewhere });
});
