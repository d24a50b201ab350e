import { manifestShape } from "../../src/core/dataset.ts";
import { exitCodeOf, type FailureCode, failureCodes } from "../../src/core/errors.ts";
import { faultCodes } from "../../src/core/faults.ts";
import { manifestFields } from "../../src/core/manifest/fields.ts";
import { program } from "../../src/core/self.ts";
import { type WrittenSetting, writtenSettings } from "../../src/core/written/settings.ts";
import type { Command } from "../../src/headless/command.ts";
import { commands } from "../../src/headless/commands.ts";
import { type Flag, globalFlags } from "../../src/headless/flags.ts";
import { exampleLine, exits } from "../../src/headless/usage.ts";
import { causes } from "../../src/postgres/connection/errors.ts";
import { remedies } from "../../src/postgres/remedies/remedies.ts";
import type { Remedy } from "../../src/postgres/remedies/remedy.ts";
import { isParameter, parameters, ruleOf } from "../../src/postgres/target/parameters.ts";
import { bindings } from "../../src/tui/screens/bindings.ts";
import { type Context, contextInWords, isScreen } from "../../src/tui/state/binding.ts";

/** The README's command reference, in Markdown: the same table that `--help` prints. */
export function commandReference(): string {
  const { "": run, ...others } = commands;
  const named = Object.entries(others);
  return [
    rows(
      ["command", "does"],
      [
        [code(program), run.summary],
        ...named.map(([name, command]) => [code(usageOf(name, command)), command.summary]),
      ],
    ),
    "Flags that make a run:",
    flagRows(run.flags ?? []),
    "Flags of single commands:",
    rows(
      ["command", "flag", "does"],
      named.flatMap(([name, { flags = [] }]) => flags.map(({ syntax, help }) => [code(name), code(syntax), help])),
    ),
    "Flags of every command, before or after its name:",
    flagRows(Object.values(globalFlags)),
    "Examples:",
    fenced([run, ...Object.values(others)].flatMap(({ examples }) => Object.entries(examples))),
    "Exit codes:",
    rows(
      ["code", "means"],
      exits.map(({ code: number, meaning }) => [String(number), meaning]),
    ),
    "A first Ctrl-C, SIGTERM or SIGHUP rolls the run back and waits for it; a second one ends the pipeline at once, and " +
      "the server rolls back what it had open. A reader that leaves (`| head`) does not stop a run.",
  ].join("\n\n");
}

/** Everything that stops the console short, and everything that can be wrong with a drop, by its code in JSON. */
export function errorReference(): string {
  const codes = Object.keys(failureCodes) as FailureCode[];
  const meaningOf = (failure: FailureCode) =>
    failureCodes[failure].means ?? exits.find((exit) => exit.code === exitCodeOf(failure))?.meaning ?? "";
  return [
    "What stops a command, by the `code` of a `run.failed` event and of the ledger; each is told with its own remedy:",
    rows(
      ["code", "exit code", "means"],
      codes.map((failure) => [code(failure), String(exitCodeOf(failure)), meaningOf(failure)]),
    ),
    "What the errors of a database mean, and what helps, is in [ERRORS.md](ERRORS.md).",
    "What is wrong with a drop, by the `code` of a fault:",
    rows(
      ["code", "means", "remedy"],
      Object.entries(faultCodes).map(([fault, { means, remedy }]) => [code(fault), means, remedy]),
    ),
  ].join("\n\n");
}

/** What the manifest's section `written` may say. */
export function writtenReference(): string {
  const names = Object.keys(writtenSettings) as WrittenSetting[];
  return rows(
    ["setting", "means", "unless it is said", "for example"],
    names.map((name) => {
      const { means, plain, example } = writtenSettings[name];
      return [code(name), means, plain === null ? "none" : code(JSON.stringify(plain)), code(example)];
    }),
  );
}

/** Each error of a server, and each reason why there is no connection: what happened, and what helps. */
export function remedyReference(): string {
  const known = Object.values<Remedy>(remedies).toSorted((one, other) => (one.state < other.state ? -1 : 1));
  return [
    "What a server says, by its SQLSTATE or the class that it begins with, and where one of them means several things, by its words:",
    rows(
      ["SQLSTATE", "what happened", "remedy", "code", "exit code"],
      known.map(({ state, says, atLogin, code: failure, cause, hint }) => [
        [
          code(state),
          ...(atLogin === undefined ? [] : ["at a login"]),
          ...(says === undefined ? [] : [`with ${code(says.source.replace(/^\^|\\/g, "").trim())}`]),
        ].join(" "),
        ...[cause, hint, code(failure), String(exitCodeOf(failure))],
      ]),
    ),
    "Why there is no connection, by the code of the system or of the console; all of them are `database_unreachable`, exit code 3:",
    rows(
      ["code", "what happened", "remedy"],
      Object.entries(causes).map(([name, [reason, hint]]) => [code(name), reason, hint]),
    ),
  ].join("\n\n");
}

/** What becomes of each parameter of a database URL. */
export function parameterReference(): string {
  const named = Object.keys(parameters).filter(isParameter);
  const rules = named.map((name) => ({ name: code(name), ...ruleOf(name) }));
  const honoured = rules.filter(({ kind }) => kind === "honoured").map(({ name }) => name);
  const limited = rules.flatMap((rule) => (rule.kind === "limited" ? [rule] : []));
  const ignored = rules.flatMap((rule) => (rule.kind === "ignored" ? [rule] : []));
  const values = (allowed: readonly string[]) => allowed.map(code).join(", ") || "none";
  return [
    `What they do in libpq, these do here: ${honoured.join(", ")}.`,
    "These are refused by name beyond the values that are listed:",
    rows(
      ["parameter", "values", "instead"],
      limited.map(({ name, allowed, instead }) => [name, values(allowed), instead]),
    ),
    "These are taken, and change nothing:",
    rows(
      ["parameters", "because"],
      [...Map.groupBy(ignored, ({ why }) => why)].map(([why, alike]) => [
        alike.map(({ name }) => name).join(", "),
        why,
      ]),
    ),
  ].join("\n\n");
}

/** Every field of the manifest. */
export function manifestReference(): string {
  const fields = Object.entries(manifestFields).map(([place, means]) => [
    code(place.replace("*", "<table>")),
    isRequired(place) ? "yes" : "",
    means,
  ]);
  return rows(["field", "required", "meaning"], fields);
}

/** Whether the manifest has to have this field, or what it stands in has to. */
function isRequired(place: string): boolean {
  let shape: object = manifestShape;
  return place.split(".").every((name) => {
    const inner = Object.entries(shape).find(([key]) => key === (name === "*" ? "[string]" : name))?.[1];
    shape = typeof inner === "object" ? inner : {};
    return inner !== undefined;
  });
}

/** Every key of the terminal UI, as its help lists them. */
export function keyReference(): string {
  return rows(
    ["key", "does", "where"],
    bindings.map(({ keys, help, on }) => [keys.map(code).join(" "), help, placesOf(on)]),
  );
}

function placesOf(on: readonly Context[]): string {
  const screens = new Set(bindings.flatMap((binding) => binding.on).filter(isScreen));
  const isEverywhere = screens.isSubsetOf(new Set(on));
  const names = on.map((context) => (isEverywhere && isScreen(context) ? "every screen" : contextInWords(context)));
  return [...new Set(names)].join(", ");
}

function usageOf(name: string, { parameters = [], flags = [] }: Command): string {
  const words = parameters.map(
    (parameter) => parameter.choices?.join("|") ?? (parameter.optional ? `[${parameter.name}]` : `<${parameter.name}>`),
  );
  return [name, ...words, ...flags.map(({ syntax }) => `[${syntax}]`)].join(" ");
}

function flagRows(flags: readonly Flag[]): string {
  return rows(
    ["flag", "does"],
    flags.map(({ syntax, help }) => [code(syntax), help]),
  );
}

function rows(heads: readonly string[], body: readonly (readonly string[])[]): string {
  // A bar would end the cell, even inside code.
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...body.map(line)].join("\n");
}

function fenced(examples: readonly (readonly [line: string, does: string])[]): string {
  const lines = examples.map(([line, does]) => [exampleLine(line), does] as const);
  const width = Math.max(...lines.map(([left]) => left.length));
  return ["```", ...lines.map(([left, right]) => `${left.padEnd(width)}  # ${right}`), "```"].join("\n");
}

const code = (text: string) => `\`${text}\``;
