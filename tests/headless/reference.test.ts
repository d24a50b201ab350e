import { expect, test } from "bun:test";
import { commandReference, errorReference, keyReference, parameterReference } from "../helpers/reference.ts";

const readme = new URL("../../README.md", import.meta.url);

/** Each section of the README that is made from a table, with the file that the table is in. */
test.each([
  ["commands", "src/headless/commands.ts", commandReference],
  ["errors", "src/core/errors.ts and src/core/faults.ts", errorReference],
  ["keys", "the bindings in src/tui", keyReference],
  ["parameters", "src/postgres/target/parameters.ts", parameterReference],
])("the README's %s are those of %s", async (name, source, reference) => {
  const begin = `<!-- ${name}: made from ${source} by \`UPDATE_README=1 bun test reference\` -->`;
  const end = `<!-- /${name} -->`;
  const text = await Bun.file(readme).text();
  const [before, rest] = text.split(begin);
  const [, after] = (rest ?? "").split(end);
  expect(after, `README.md lacks its markers: ${begin} and ${end}`).toBeDefined();
  const wanted = `${before}${begin}\n\n${reference()}\n\n${end}${after}`;
  if (process.env.UPDATE_README) await Bun.write(readme, wanted);
  expect(await Bun.file(readme).text()).toBe(wanted);
});
