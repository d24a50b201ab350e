import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { steered, steering, steers } from "../helpers/steering.ts";
import { readStream } from "../helpers/streams.ts";
import { keys, openScreen } from "../helpers/terminal.ts";

setDefaultTimeout(60_000);

const console_ = fileURLToPath(new URL("../helpers/console.ts", import.meta.url));
const url = (password: string) => `postgresql://ann:${password}@db/app`;

test("a password that is typed or pasted is not drawn, not by the letter", async () => {
  const screen = openScreen([process.execPath, console_, "published"]);
  await screen.shows("month_002");
  screen.type(":");
  await screen.shows("choices");
  for (const letter of url("qzcanarya")) screen.type(letter);
  await screen.shows(/ann:\*\*\*@db\/app/);
  screen.type(keys.enter);
  await screen.shows('There is no command "postgresql://ann:***@db/app".');
  screen.type(":");
  await screen.shows("choices");
  screen.type(keys.paste(`host=db password=qzcanaryb`));
  await screen.shows("password=***");
  screen.type(keys.esc);
  await screen.hides("choices");
  screen.type(`/${keys.paste(url("qzcanaryc"))}${keys.enter}`);
  await screen.shows("filter: postgresql://ann:***@db/app");
  screen.type("?");
  await screen.shows("every key");
  screen.type("/");
  screen.type(keys.paste(url("qzcanaryd")));
  await screen.shows("/postgresql://ann:***@db/app");
  screen.kill("SIGTERM");
  await screen.exited;
  expect(screen.written()).not.toContain("qzcanary");
  await screen.close();
});

describe("no text of others steers the terminal", () => {
  const ways = [
    [],
    ["?"],
    ["H"],
    ["s"],
    ["enter"],
    ["r"],
    ["r", "enter"],
    ["r", "enter", "v"],
    ["r", "enter", "v", "enter"],
  ];
  test("of the folders that are given, in a question, a command or a title", async () => {
    const events = await readStream("rejected");
    for (const ending of steering) {
      const given = { data: `drops${ending}`, flags: ` --data 'drops${ending}'`, events };
      for (const way of [[], ["r"], ["R"], ["r", "enter"], ["s", "down", "x"], ["s", "D"], ["y"], [":"], ["?"]]) {
        for (const name of ["published", "empty"]) {
          const session = new Session(scenario(name), given).press(...way);
          expect([way, steers.exec(session.text())?.[0]]).toEqual([way, undefined]);
        }
      }
    }
  });

  test.each(["rejected", "unevaluated", "faulty", "published", "refused", "warned"])(
    "of the stream %s",
    async (stream) => {
      for (const ending of steering) {
        const events = (await readStream(stream)).map((event) => steered(event, ending));
        for (const way of ways) {
          const known = scenario(["rejected", "unevaluated"].includes(stream) ? stream : "published");
          const session = new Session({ ...known, ...steered({ details: known.details }, ending) }, { events });
          session.press(...way);
          expect([way, steers.exec(session.text())?.[0]]).toEqual([way, undefined]);
          session.send({ type: "notice", text: `waiting${ending}` });
          expect(steers.exec(session.text())?.[0]).toBeUndefined();
        }
      }
    },
  );
});
