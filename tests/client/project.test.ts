import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeProjectSettings } from "../../src/client/project.ts";
import type { Form } from "../../src/core/self.ts";
import { type Environment, resolveSettings } from "../../src/core/settings.ts";

/** A console that is started from another folder than its own. */

const scratch = mkdtempSync(join(tmpdir(), "streamflow-project-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let count = 0;
function folder(files: Record<string, string>): string {
  const path = join(scratch, `${++count}`);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(path, file, ".."), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

function settingsFrom(cwd: string, project: string, env: Environment = {}, form: Form = "checkout") {
  takeProjectSettings(env, cwd, { folder: project, form });
  return resolveSettings({}, env);
}

const server = "postgresql://ann@db/app";
const seed = "POSTGRES_HOST=db\nPOSTGRES_USER=ann\nPOSTGRES_PORT=5433\n";

describe("the database", () => {
  test("is the one of the console's own .env", () => {
    expect(settingsFrom(folder({}), folder({ ".env": `DATABASE_URL=${server}\n` })).database).toBe(server);
  });

  test("is one of the environment whole, or that of the .env whole", () => {
    const project = folder({ ".env": seed });
    expect(settingsFrom(folder({}), project).database).toBe("postgresql://ann@db:5433/ann");
    const own = { POSTGRES_HOST: "other", POSTGRES_USER: "bob" };
    expect(settingsFrom(folder({}), project, { ...own }).database).toBe("postgresql://bob@other:5432/bob");
    expect(settingsFrom(folder({}), project, { DATABASE_URL: "embedded" }).database).toBeNull();
    // Half of one stays half of one, which is refused.
    expect(() => settingsFrom(folder({}), project, { POSTGRES_USER: "bob" })).toThrow("half named");
  });
});

describe("the folders", () => {
  test("are those of the console, unless the working directory has some", () => {
    const project = folder({});
    const own = { data: join(project, "data/seeds"), home: join(project, ".streamflow") };
    expect(settingsFrom(folder({}), project)).toMatchObject(own);
    const usual = { data: "data/seeds", home: ".streamflow" };
    expect(settingsFrom(folder({ ".streamflow/console.json": "{}" }), project)).toMatchObject(usual);
    expect(settingsFrom(folder({ "data/seeds/month_000/users.csv": "" }), project)).toMatchObject(usual);
    expect(settingsFrom(project, project)).toMatchObject(usual);
  });

  test("with a dataset of its own a folder has a home of its own, too, and no months but the console's as an example", () => {
    const project = folder({});
    const here = folder({ "db/dataset.json": "{}" });
    const wanted = { data: join(project, "data/seeds"), home: ".streamflow", database: null };
    expect(settingsFrom(here, project)).toEqual(wanted);
    expect(settingsFrom(here, project, {}, "package")).toEqual(wanted);
  });

  test("are those of its .env, taken from where that lies", () => {
    const project = folder({ ".env": "STREAMFLOW_DATA=drops\nSTREAMFLOW_HOME=/var/lib/console\n" });
    const said = { data: join(project, "drops"), home: "/var/lib/console" };
    expect(settingsFrom(folder({ ".streamflow/console.json": "{}" }), project)).toMatchObject(said);
    expect(settingsFrom(folder({}), project, { STREAMFLOW_DATA: "mine" }).data).toBe("mine");
  });

  test("of a dataset is that of the .env, or of nobody: then the pipeline takes the usual one", () => {
    const project = folder({ ".env": "STREAMFLOW_DATASET=shop\n" });
    expect(settingsFrom(folder({}), project).dataset).toBe(join(project, "shop"));
    expect(settingsFrom(folder({}), project, { STREAMFLOW_DATASET: "mine" }).dataset).toBe("mine");
    expect(settingsFrom(folder({}), folder({})).dataset).toBeUndefined();
  });

  test("of a package are the user's own, but for the months that it brings as an example", () => {
    const project = folder({ ".env": `DATABASE_URL=${server}\nSTREAMFLOW_HOME=/elsewhere\n` });
    const own = { home: ".streamflow", database: null };
    expect(settingsFrom(folder({}), project, {}, "package")).toEqual({ ...own, data: join(project, "data/seeds") });
    const begun = { ".streamflow/console.json": "{}" };
    expect(settingsFrom(folder(begun), project, {}, "package").data).toBe(join(project, "data/seeds"));
    for (const file of ["data/seeds/month_000/users.csv", "db/dataset.json"]) {
      const here = folder({ ...begun, [file]: "{}" });
      expect(settingsFrom(here, project, {}, "package")).toEqual({ ...own, data: "data/seeds" });
    }
  });
});
