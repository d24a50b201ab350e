import { expectationInOneLine, observation, passedInWords, verdictWord } from "../../client/words.ts";
import { exitCodeOf } from "../../core/errors.ts";
import { formatCounted } from "../../core/format.ts";
import type { DropCheck, ExpectationResult, Validation } from "../../core/messages/listings.ts";
import type { Replies } from "../../core/messages/requests.ts";
import type { DropSuggestion, SettingEvidence } from "../../core/messages/suggestions.ts";
import type { LeftOut, ProposedExpectation, SuiteWritten } from "../../core/messages/suites.ts";
import { wordOf } from "../../core/messages/verdicts.ts";
import { formatJson } from "../../core/written/format-json.ts";
import { fileColumns, parts, tableOfAny } from "./columns.ts";
import { faultLines } from "./faults.ts";
import type { Look } from "./output.ts";
import { type Column, line, table, type View } from "./table.ts";
import { verdictStyle, warningLine } from "./words.ts";

function dropText(drop: DropCheck, look: Look): string {
  const { month, files, fault_count: faults } = drop;
  const verdict = faults === 0 ? look.paint("green", "sound") : look.paint("red", formatCounted(faults, "fault"));
  const lines = [...faultLines(drop), ...drop.warnings.map(warningLine)].map((line) => `  ${line}\n`);
  return `${look.paint("bold", month)}: ${verdict}\n${table(fileColumns, files, look)}${lines.join("")}`;
}

/** `check`: what the strict reader finds in each drop. */
export const checkView: View<Replies["check"]> = {
  text: ({ drops }, look) => drops.map((drop) => dropText(drop, look)).join("\n"),
  note: ({ drops }) => (drops.length === 0 ? "Nothing to check: no month is pending." : null),
  exitCode: ({ drops }) => (drops.every(({ fault_count }) => fault_count === 0) ? 0 : exitCodeOf("drop_rejected")),
};

interface EvidenceRow extends SettingEvidence {
  table: string;
}

const evidenceColumns: Column<EvidenceRow>[] = [
  { title: "TABLE", cell: ({ table }) => table },
  { title: "SETTING", cell: ({ setting, value }) => `"${setting}": ${JSON.stringify(value)}` },
  { title: "LINE", cell: placeOf },
  { title: "VALUE", cell: ({ cell = "" }) => cell, flexible: true },
  {
    title: "BECAUSE",
    cell: ({ column, reason }) => (column === undefined ? reason : `${column}: ${reason}`),
    flexible: true,
  },
];

function placeOf({ file, line }: EvidenceRow): string {
  return [file, line].filter((part) => part !== undefined).join(":");
}

/** `check --suggest`: settings with their evidence, what no setting mends, and the section that the manifest lacks. */
export const suggestionView: View<DropSuggestion> = {
  text({ files, written, tables, manifest }, look) {
    const evidence = files.flatMap(({ table: name, evidence }) => evidence.map((one) => ({ table: name, ...one })));
    const left = files.filter(({ left }) => left > 0);
    const words = left.flatMap(({ table: name, left: count, first, undecided }) => [
      line(`${name}: ${formatCounted(count, "fault")} left${first === null ? "" : `: ${first}`}`),
      ...undecided.map(({ one, other, cell }) =>
        line(`  \`${cell}\` fits ${JSON.stringify(one)} and ${JSON.stringify(other)}: ask the sender which it is`),
      ),
    ]);
    const sections = { ...(Object.keys(written).length > 0 && { written }), ...sectionsOf(tables) };
    const isNothing = Object.keys(sections).length === 0;
    const next = manifest === null ? "The manifest lacks this; --yes writes it there:" : `Written into ${manifest}:`;
    const section = isNothing ? [] : [line(next), formatJson(sections)];
    return parts([tableOfAny(evidenceColumns, evidence, look), words.join(""), section.join("")]);
  },
  note: ({ files }) =>
    files.every(({ written, left }) => left === 0 && Object.keys(written).length === 0)
      ? "Nothing to suggest: every file is read as the manifest has it."
      : null,
  exitCode: ({ files }) => (files.every(({ left }) => left === 0) ? 0 : exitCodeOf("drop_rejected")),
};

function sectionsOf(tables: DropSuggestion["tables"]): object {
  const named = Object.entries(tables).map(([name, written]) => [name, { written }]);
  return named.length === 0 ? {} : { tables: Object.fromEntries(named) };
}

const resultColumns: Column<ExpectationResult>[] = [
  { title: "VERDICT", cell: (one) => verdictWord(judgedOf(one)), style: (one) => verdictStyle(judgedOf(one)) },
  { title: "EXPECTATION", cell: ({ expectation_config }) => expectationInOneLine(expectation_config), flexible: true },
  { title: "FOUND", cell: found, flexible: true },
];

/** `validate`: one suite against one table. */
export const validationView: View<Validation> = {
  json: ({ result }) => result,
  text: ({ result: { results } }, look) =>
    `${table(resultColumns, results, look)}${passedInWords(results.map(judgedOf))}\n`,
  // Whether it failed or could not be evaluated, the exit is the same.
  exitCode: ({ success }) => (success ? 0 : exitCodeOf("expectation_failed")),
};

function judgedOf(result: ExpectationResult) {
  return { verdict: wordOf(result), severity: result.expectation_config.severity };
}

function found({ result, exception_info: { exception_message: error } }: ExpectationResult): string {
  const { observed_value: observed, unexpected_count = null, unexpected_percent = null } = result;
  return observation({ ...(error !== null && { error }), observed, unexpected_count, unexpected_percent });
}

const proposedColumns: Column<ProposedExpectation>[] = [
  { title: "PROPOSED", cell: expectationInOneLine, flexible: true },
  {
    title: "SEVERITY",
    cell: ({ severity }) => severity,
    style: ({ severity }) => (severity === "warning" ? "yellow" : null),
  },
  { title: "BECAUSE", cell: ({ because }) => because, flexible: true },
];

const leftOutColumns: Column<LeftOut>[] = [
  { title: "NOT PROPOSED", cell: ({ column }) => column ?? "the table" },
  { title: "BECAUSE", cell: ({ why }) => why, flexible: true },
];

/** `validate --init`: what was written, what was not and why, and what to do next. */
export const proposalView: View<SuiteWritten> = {
  text(written, look) {
    const { table: name, path, expectations, left_out: leftOut, next, manifest } = written;
    return parts([
      table(proposedColumns, expectations, look),
      tableOfAny(leftOutColumns, leftOut, look),
      [
        line(
          `${formatCounted(expectations.length, "expectation")} of ${name} written to ${path}: look through them, then`,
        ),
        line(`  ${next}`),
        ...(manifest === null ? [] : [line(`Runs use it once ${manifest} of the table.`)]),
      ].join(""),
    ]);
  },
};
