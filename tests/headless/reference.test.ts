import { expect, test } from "bun:test";
import { commands } from "../../src/headless/commands.ts";
import { commandReference } from "../../src/headless/reference.ts";

const readme = new URL("../../README.md", import.meta.url);
const begin = "<!-- commands: made from src/headless/commands.ts by `UPDATE_README=1 bun test reference` -->";
const end = "<!-- /commands -->";

test("the README's command reference is the command table", async () => {
  const text = await Bun.file(readme).text();
  const [before, rest] = text.split(begin);
  const [, after] = (rest ?? "").split(end);
  expect(after, `README.md lacks its markers: ${begin} and ${end}`).toBeDefined();
  const wanted = `${before}${begin}\n\n${commandReference(commands)}\n\n${end}${after}`;
  if (process.env.UPDATE_README) await Bun.write(readme, wanted);
  expect(await Bun.file(readme).text()).toBe(wanted);
});
