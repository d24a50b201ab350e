import { describe, expect, test } from "bun:test";
import { Option } from "commander";
import { ConsoleError } from "../../src/core/errors.ts";
import { type Invocation, parseArguments } from "../../src/headless/arguments.ts";
import { commands } from "../../src/headless/commands.ts";
import { flags } from "../../src/headless/flags.ts";
import {
  exportRequest,
  proposeRequest,
  reportRequest,
  runRequest,
  selectionOf,
  validateRequest,
} from "../../src/headless/requests.ts";
import { exampleLine, unknownCommand } from "../../src/headless/usage.ts";

const parse = (line: string) => parseArguments(line.split(" ").filter(Boolean), "1.2.3");

function valuesOf(line: string) {
  const invocation = parse(line);
  if (invocation.kind === "text") throw new Error(invocation.text);
  return invocation.values;
}

/** What the console says to a command line that it refuses: title and remedy. */
function complaintOf(line: string): string {
  try {
    runRequest(valuesOf(line));
  } catch (error) {
    if (error instanceof ConsoleError && error.code === "usage") return `${error.title} ${error.hint}`;
    throw error;
  }
  throw new Error(`"${line}" was accepted`);
}

describe("the command line", () => {
  const called = (invocation: Invocation) => invocation.kind === "command" && invocation.name;

  test("flags of every command stand before or after its name, and the later one counts", () => {
    expect(valuesOf("--data a months --json")).toEqual({ data: "a", json: true });
    expect(valuesOf("months --data=b --no-color")).toEqual({ data: "b", color: false });
    expect(valuesOf("--no-color --data a months --data b")).toEqual({ data: "b", color: false });
  });

  test("a flag has the name that the parser gives its value", () => {
    for (const [name, { syntax }] of Object.entries(flags)) expect(new Option(syntax).attributeName()).toBe(name);
  });

  test("a month is named as often as one likes", () => {
    expect(valuesOf("--month 0 --month=month_003 --month 2024-05..7")).toEqual({
      month: ["0", "month_003", "2024-05..7"],
    });
  });

  test("without a command, a run's flags make a run", () => {
    expect(called(parse("--month 0 --json"))).toBe("");
    expect(called(parse("--dry-run"))).toBe("");
    expect(called(parse("--json --data x"))).toBeNull();
    expect(called(parse(""))).toBeNull();
  });

  test("words of a command are handed on", () => {
    expect(parse("db url")).toMatchObject({ kind: "command", words: ["url"] });
    expect(parse("show 12 --json")).toMatchObject({ kind: "command", words: ["12"], values: { json: true } });
  });

  test("help and version are text, each command's too", () => {
    expect(parse("--version")).toEqual({ kind: "text", text: "1.2.3\n" });
    for (const [name, { summary, flags: own = [], examples }] of Object.entries(commands)) {
      const help = parse(`${name} --help`);
      const text = help.kind === "text" ? help.text.replace(/\s+/g, " ") : "";
      if (name !== "") expect(text).toContain(summary);
      for (const flag of own) expect(text).toContain(flag.syntax);
      for (const [line, does] of Object.entries(examples)) expect(text).toContain(`${exampleLine(line)} ${does}`);
    }
  });

  test.each([
    ["--jsn", "Unknown option '--jsn'. Did you mean --json?"],
    ["--json=yes --month 0", "Unknown option '--json=yes'."],
    ["months --month 0", "Unknown option '--month'. `bun run console months --help`"],
    ["--month 0 months", "`months` takes no --month."],
    ["snapshts", 'There is no command "snapshts". Did you mean snapshots?'],
    ["frobnicate", "`bun run console --help` lists the commands."],
    ["help snapshts", 'There is no command "snapshts". Did you mean snapshots?'],
    ["--month 0 1", "Write --month in front of each month: --month 1."],
    ["show", "Missing required argument 'run'. `bun run console show --help`"],
    ["show 1 2", "Too many arguments for 'show'."],
    ["db restart", "Allowed choices are start, stop, status, url."],
    ["--month", "Option '--month <month>' argument missing."],
    ["--data= --all", "It is empty."],
    ["--month --json", "Option '--month <month>' argument '--json' is invalid. That is a flag: the value is missing."],
    ["check --home --month 1", "That is a flag: the value is missing."],
    ["validate --suite s.json", "Required option '--table <table>' not specified."],
    ["validate --suite s.json --table t --result-format FULL", "Allowed choices are BOOLEAN_ONLY, BASIC"],
    ["--force check --month 0", "`check` takes no --force."],
  ])("%s is refused", (line, complaint) => {
    expect(complaintOf(line)).toContain(complaint);
  });

  test.each(["", "--", "_"])("%p is no command, and none is proposed for it", (word) => {
    const { title, hint } = unknownCommand(word);
    expect({ title, hint }).toEqual({
      title: `There is no command "${word}".`,
      hint: "`bun run console --help` lists the commands.",
    });
  });
});

describe("a month", () => {
  const complaint = (act: () => void): string => {
    try {
      act();
    } catch (thrown) {
      if (thrown instanceof ConsoleError) return `${thrown.title} ${thrown.hint}`;
      throw thrown;
    }
    return "";
  };

  test("is advised as a range only where a range is taken", () => {
    const line = "report --out a.html --month";
    const ofOne = "Write one month: month_003, 3 or 2024-04.";
    expect(complaint(() => reportRequest(valuesOf(`${line} 0..1`)))).toBe(`"0..1" is not a month. ${ofOne}`);
    expect(complaint(() => selectionOf(valuesOf("check --month x")))).toContain("or a range such as");
  });
});

describe("a training set", () => {
  test("is of one date, or a repository of all", () => {
    const line = "export --as-of 2024-01-31 --out a.csv";
    expect(exportRequest(valuesOf(line))).toEqual({
      kind: "export",
      as_of: "2024-01-31",
      labels_from: null,
      out: "a.csv",
    });
    const repository = { kind: "feast", folder: "features", overwrite: true } as const;
    expect(exportRequest(valuesOf("export --feast features --yes"))).toEqual(repository);
  });

  test.each([
    ["export --as-of 2024-01-31", "A training set needs --out FILE."],
    ["export", "A training set needs --as-of DATE and --out FILE."],
    ["export --feast features --as-of 2024-01-31", "--feast and --as-of do not go together."],
    ["export --as-of 2024-01-31 --out a.csv --yes", "--yes goes with --feast alone."],
  ])("%s is refused", (line, complaint) => {
    expect(() => exportRequest(valuesOf(line))).toThrow(complaint);
  });
});

describe("a validation", () => {
  test("is asked for as it was written", () => {
    const line = "validate --suite s.json --table public.users --parameter a=1 --parameter b=x=y";
    expect(validateRequest(valuesOf(line))).toEqual({
      kind: "validate",
      suite_path: "s.json",
      table: "public.users",
      tolerant: false,
      parameters: { a: "1", b: "x=y" },
      result_format: "SUMMARY",
    });
    expect(validateRequest(valuesOf(`${line} --json`)).tolerant).toBe(true);
    expect(validateRequest(valuesOf(`${line} --result-format COMPLETE`)).result_format).toBe("COMPLETE");
  });

  test("wants a suite, and --yes only to write one", () => {
    expect(() => validateRequest(valuesOf("validate --table t"))).toThrow("No suite is named.");
    expect(() => validateRequest(valuesOf("validate --suite s.json --table t --yes"))).toThrow(
      "--yes goes with --init",
    );
  });

  test("--init asks for a suite to be written", () => {
    const asked = { kind: "propose", table: "t", suite_path: null, overwrite: false } as const;
    expect(proposeRequest(valuesOf("validate --init --table t"))).toEqual(asked);
    const line = "validate --init --table t --suite s.json --yes";
    expect(proposeRequest(valuesOf(line))).toEqual({ ...asked, suite_path: "s.json", overwrite: true });
    expect(() => proposeRequest(valuesOf("validate --init --table t --parameter a=1"))).toThrow("do not go together");
  });

  test.each(["a", "=1"])("--parameter %s gives nothing a value", (word) => {
    expect(() => validateRequest({ suite: "s.json", table: "t", parameter: [word] })).toThrow(
      "gives no parameter a value",
    );
  });
});

describe("a run", () => {
  test("is asked for as it was written", () => {
    expect(runRequest(valuesOf("--month 1 --as-of 2024-02-28 --dry-run --restamp"))).toEqual({
      kind: "run",
      selection: { months: ["1"] },
      as_of: "2024-02-28",
      dry_run: true,
      restamp: true,
      backfill: false,
      force: false,
    });
    expect(selectionOf({ all: true })).toEqual({ every: "all" });
    expect(selectionOf({ pending: true })).toEqual({ every: "pending" });
  });

  test.each([
    ["--dry-run", "No month is named. Name one or more with --month"],
    ["--force --json", "No month is named."],
    ["--all --pending", "--all and --pending do not go together."],
    ["--month 0 --all", "--month and --all do not go together."],
    ["--month month_0", '"month_0" is not a month.'],
    ["--month 2024-13", '"2024-13" is not a month.'],
    ["--month 0..x", '"x" is not a month.'],
    ["--month 0..", '"0.." is not a month.'],
    ["--month ../x", '"../x" is not a month.'],
    ["--all --as-of 2024-01-31", "--as-of stamps exactly one month."],
    ["--month 0 --month 1 --as-of 2024-01-31", "--as-of stamps exactly one month."],
    ["--month 0..1 --as-of 2024-01-31", "--as-of stamps exactly one month."],
    ["--month 0 --as-of 2024-02-30", '"2024-02-30" is not a date. Write --as-of as YYYY-MM-DD'],
    ["--month 0 --as-of today", '"today" is not a date.'],
  ])("%s is refused before anything is started", (line, complaint) => {
    expect(complaintOf(line)).toContain(complaint);
  });
});
