import { describe, expect, test } from "bun:test";
import { editorWords } from "../../src/tui/device/editor.ts";
import { pageSize } from "../../src/tui/model/values.ts";
import { scenario } from "../helpers/scenarios.ts";
import { Session } from "../helpers/session.ts";
import { readStream } from "../helpers/streams.ts";

/** All unexpected values behind one expectation, however many there are. */

async function values(name: string): Promise<Session> {
  const events = await readStream("rejected");
  return new Session(scenario(name), { events }).press("r", "enter", "v", "enter");
}

describe("a hundred thousand of them", () => {
  test("are gone through page by page, to the last one, and only pages around the cursor are kept", async () => {
    const session = await values("bad");
    expect(session.text()).toContain(" 1/100,000");
    expect(session.press("G").text()).toContain(" 100,000/100,000");
    expect(session.text()).toMatch(/▸ U-99999 +"-99999" +subscriptions\.csv:100001/);
    expect(session.press("g").text()).toContain("3668-CHVWT");
    for (let page = 0; page < 200; page++) session.press("pagedown");
    expect(session.text()).not.toContain('▸            ""');
    const [known] = Object.values(session.ui.values);
    expect(Object.keys(known?.pages ?? {}).length).toBeLessThanOrEqual(5);
    const asked = session.effects.filter((effect) => effect.do === "ask" && effect.request.kind === "values");
    expect(asked.length).toBeLessThan(30);
    expect(pageSize).toBe(500);
  });

  test("are filtered where they are", async () => {
    const session = (await values("bad")).press("/").type("U-9999").press("enter");
    expect(session.text()).toMatch(/▸ U-9999 .*\n +U-99990 /);
    expect(session.text()).toContain(" 1/11 of 12");
  });

  test("are too many to be copied, and that is said", async () => {
    const session = (await values("bad")).press("Y");
    expect(session.text()).toContain("Not copied: 100,000 values are too many for a clipboard.");
    expect(session.effects.some((effect) => effect.do === "copy")).toBe(false);
  });
});

test("y copies the row, Y all of them as CSV, S what finds them, and e opens the file at the line", async () => {
  const session = await values("rejected");
  const file = "data/seeds/month_002/subscriptions.csv";
  expect(session.press("y").effects.at(-1)).toEqual({ do: "copy", text: `3668-CHVWT\t-3.20\t${file}\t4` });
  expect(session.press("e").effects.at(-1)).toEqual({ do: "edit", path: file, line: 4 });
  expect(session.press("S").effects.at(-1)).toMatchObject({ do: "copy", text: expect.stringMatching(/^begin;/) });
  const known = {
    filter: "",
    total: 1,
    all: true,
    pages: { 0: [{ key: { user_id: "a,b" }, value: '"x', file, line: 4 }] },
  };
  session.send({
    type: "reply",
    reply: { request: { ...asked, from: 0 }, result: { ...known, from: 0, rows: known.pages[0] } },
  });
  const csv = `user_id,value,file,line\n"a,b","""x",${file},4\n`;
  expect(session.press("Y").effects.at(-1)).toEqual({ do: "copy", text: csv });
  expect(session.press("G", "e").effects.at(-1)).toEqual({ do: "edit", path: file, line: 4 });
});

const asked = { kind: "values", run: 3, position: 5, count: 500, filter: "" } as const;

test.each([
  [{}, ["vi", "+4", "a.csv"]],
  [{ EDITOR: "nano" }, ["nano", "+4", "a.csv"]],
  [{ EDITOR: "nano", VISUAL: "emacs -nw" }, ["emacs", "-nw", "+4", "a.csv"]],
  [{ EDITOR: "/usr/bin/code" }, ["/usr/bin/code", "--wait", "--goto", "a.csv:4"]],
  [{ EDITOR: "hx" }, ["hx", "a.csv:4"]],
])("an editor is told the line in its own way: %j", (env, words) => {
  expect(editorWords(env, "a.csv", 4)).toEqual(words);
});
