import { afterAll, beforeAll } from "bun:test";
import { join } from "node:path";
import { type Pipeline, startPipeline } from "../../../src/client/pipeline.ts";
import { type DropFolder, dropFolder } from "../../helpers/drops.ts";
import { type TestDatabase, testDatabase } from "../../helpers/server.ts";

/** For the tests of one file: a database without a table, a folder, and pipelines over its drops and datasets. */
export function initiated() {
  let database: TestDatabase;
  let drops: DropFolder;
  const open: Pipeline[] = [];
  beforeAll(async () => {
    [database, drops] = [await testDatabase(), dropFolder()];
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    drops.remove();
    await database.drop();
  });
  return {
    get sql() {
      return database.sql;
    },
    path: (...parts: string[]) => join(drops.path, ...parts),
    pipelineOf(data: string, dataset?: string): Pipeline {
      const settings = { data, home: join(drops.path, "home"), database: database.url };
      const pipeline = startPipeline({ ...settings, ...(dataset && { dataset }) });
      open.push(pipeline);
      return pipeline;
    },
  };
}
