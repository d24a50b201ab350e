import { expect, setDefaultTimeout, test } from "bun:test";
import { keys, openScreen } from "../helpers/terminal.ts";

/** The terminal that the tests look at. */

setDefaultTimeout(120_000);

test("a character that comes in two pieces is seen whole", async () => {
  const inPieces = `stty -echo; printf 'ab \\342\\200'; read _; printf '\\223 cd'; read _`;
  const screen = openScreen(["sh", "-c", inPieces]);
  await screen.shows("ab");
  screen.type(keys.enter);
  expect(await screen.shows("cd")).toContain("ab – cd");
  screen.type(keys.enter);
  expect(await screen.exited).toBe(0);
  await screen.close();
});
