import { expect, test } from "bun:test";
import {
  commandReference,
  errorReference,
  keyReference,
  manifestReference,
  parameterReference,
  remedyReference,
  writtenReference,
} from "../helpers/reference.ts";

/** Each section of a document that is made from a table, with the file that the table is in. */
test.each([
  ["README.md", "commands", "src/headless/commands.ts", commandReference],
  ["README.md", "errors", "src/core/errors.ts and src/core/faults.ts", errorReference],
  ["README.md", "keys", "the bindings in src/tui", keyReference],
  ["README.md", "manifest", "src/core/manifest/fields.ts", manifestReference],
  ["README.md", "parameters", "src/postgres/target/parameters.ts", parameterReference],
  ["README.md", "written", "src/core/written/settings.ts", writtenReference],
  ["ERRORS.md", "remedies", "src/postgres/remedies and src/postgres/connection/errors.ts", remedyReference],
])("in %s the %s are those of %s", async (document, name, source, reference) => {
  const path = new URL(`../../${document}`, import.meta.url);
  const begin = `<!-- ${name}: made from ${source} by \`UPDATE_README=1 bun test reference\` -->`;
  const end = `<!-- /${name} -->`;
  const text = await Bun.file(path).text();
  const [before, rest] = text.split(begin);
  const [, after] = (rest ?? "").split(end);
  expect(after, `${document} lacks its markers: ${begin} and ${end}`).toBeDefined();
  const wanted = `${before}${begin}\n\n${reference()}\n\n${end}${after}`;
  if (process.env.UPDATE_README) await Bun.write(path, wanted);
  expect(await Bun.file(path).text()).toBe(wanted);
});
