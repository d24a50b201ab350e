import { basename } from "node:path";
import { expectationInOneLine, observation } from "../../client/words.ts";
import { type FaultGroup, faultCodes } from "../../core/faults.ts";
import { describeGroup } from "../../core/messages/fault-words.ts";
import { type RunDetail, secondsOf } from "../../core/messages/listings.ts";
import { isRejecting, type KeptVerdict } from "../../core/messages/verdicts.ts";
import { shown } from "../document/text.ts";
import type { Place } from "../gather/place.ts";
import type { RunEvidence } from "../gather/run.ts";
import { isValue } from "../sections/bounds.ts";

type Outcome =
  | { as: "passed"; told?: string }
  | { as: "failure" | "error"; type: string; message: string; told: string };

interface Case {
  group: string;
  name: string;
  outcome: Outcome;
}

interface Suite {
  name: string;
  cases: Case[];
}

/** An element of XML, with what stands in it written already. */
function xml(name: string, attributes: Record<string, string | number>, ...inside: string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${Bun.escapeHTML(String(value))}"`);
  return `<${name}${written.join("")}>${inside.join("")}</${name}>`;
}

/**
 * A run as JUnit writes its results: the run itself, its files, and each table's expectations. What does not reject the drop is a
 * test that passed, with its words beside it; what could not be evaluated is an error.
 */
export function junitOf({ detail }: RunEvidence, place: Place): string {
  const suites = [runSuite(detail, place), ...expectationSuites(detail, place)];
  const seconds = secondsOf(detail) ?? 0;
  const drawn = suites.map(({ name, cases }, index) =>
    xml(
      "testsuite",
      {
        ...{ id: index, package: place.dataset.name, name: shown(name), hostname: shown(detail.host) },
        timestamp: detail.started_at.slice(0, 19),
        ...{ tests: cases.length, failures: countOf(cases, "failure"), errors: countOf(cases, "error"), skipped: 0 },
        // What a single expectation takes is not measured.
        time: index === 0 ? seconds : 0,
      },
      xml("properties", {}, ...properties(detail, place)),
      ...cases.map(caseOf),
      xml(
        "system-out",
        {},
        ...cases.flatMap(({ name, outcome }) =>
          outcome.as === "passed" && outcome.told ? [`${Bun.escapeHTML(shown(`${name}: ${outcome.told}`))}\n`] : [],
        ),
      ),
      xml("system-err", {}),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml("testsuites", {}, ...drawn)}\n`;
}

function properties({ run, month, as_of, status, operator }: RunDetail, { database }: Place) {
  const all = { run: String(run), month, as_of, status, operator, database };
  return Object.entries(all).map(([name, value]) => xml("property", { name, value: shown(value) }));
}

function caseOf({ group, name, outcome }: Case) {
  const head = { name: shown(name), classname: shown(group), time: 0 };
  if (outcome.as === "passed") return xml("testcase", head);
  const { as, type, message, told } = outcome;
  return xml("testcase", head, xml(as, { type, message: shown(message) }, Bun.escapeHTML(shown(told))));
}

function countOf(cases: readonly Case[], as: Outcome["as"]): number {
  return cases.filter(({ outcome }) => outcome.as === as).length;
}

/** The run as a whole, and each file of its drop. What an expectation did not expect is told there. */
function runSuite(detail: RunDetail, place: Place): Suite {
  const { failure, files, month } = detail;
  const groups = (failure?.fault_groups ?? []).filter(({ code }) => code !== "unexpected");
  const names = new Set([...files.map(({ path }) => basename(path)), ...groups.map(({ file }) => basename(file))]);
  const byFile = Map.groupBy(groups, ({ file }) => basename(file));
  const cases = [...names].map(
    (name): Case => ({
      ...{ group: `${month}.files`, name },
      outcome: fileOutcome(byFile.get(name) ?? [], place),
    }),
  );
  return { name: "run", cases: [{ group: month, name: `run ${detail.run}`, outcome: runOutcome(detail) }, ...cases] };
}

function runOutcome({ status, failure }: RunDetail): Outcome {
  if (status === "published" || status === "dry_run") return { as: "passed" };
  if (failure === null) return { as: "error", type: status, message: "It is not over yet.", told: "" };
  const as = status === "rejected" || status === "refused" ? "failure" : "error";
  return { as, type: failure.code, message: failure.title, told: failure.hint };
}

function fileOutcome(groups: readonly FaultGroup[], place: Place): Outcome {
  const [first] = groups;
  if (first === undefined) return { as: "passed" };
  const lines = groups.map(
    (group) => `${describeGroup(place.values ? group : withoutValues(group))}; ${faultCodes[group.code].remedy}`,
  );
  return { as: "failure", type: first.code, message: lines[0] ?? "", told: lines.join(" | ") };
}

function withoutValues(group: FaultGroup): FaultGroup {
  const first = group.first.map(({ line }) => (line === undefined ? {} : { line }));
  return { ...group, reason: faultCodes[group.code].means, first };
}

function expectationSuites({ verdicts }: RunDetail, place: Place): Suite[] {
  return [...Map.groupBy(verdicts, ({ table }) => table)].map(([name, all]) => ({
    name,
    cases: all.map((verdict) => ({
      group: name,
      name: expectationInOneLine(verdict),
      outcome: verdictOutcome(verdict, place),
    })),
  }));
}

function verdictOutcome(verdict: KeptVerdict, { values }: Place): Outcome {
  const found = observation(!values && isValue(verdict) ? { ...verdict, observed: null } : verdict);
  const message = found || `it did not pass`;
  if (verdict.verdict === "passed") return { as: "passed" };
  if (!isRejecting(verdict)) return { as: "passed", told: `${verdict.severity}: ${message}` };
  const as = verdict.verdict === "unevaluated" ? "error" : "failure";
  return { as, type: verdict.type, message, told: `severity ${verdict.severity}` };
}
