import type { SuiteFit } from "../messages/suites.ts";
import { expectationName } from "./suite.ts";

type Lacks = Pick<SuiteFit, "table" | "missing" | "unsound">;

/** What a suite has that its table lacks, a line each: missing columns first, then what cannot be evaluated for another reason. */
export function lacksInWords({ table, missing, unsound }: Lacks): string[] {
  return [
    ...missing.map(({ column, expectations }) => {
      const named = expectations.length === 1 ? "expectation %s names" : "expectations %s name";
      return `table ${table} has no column "${column}", which ${named.replace("%s", numbers(expectations))}`;
    }),
    ...unsound.flatMap(({ expectation, type, reason, column }) =>
      column === null ? [`${expectationName(expectation - 1, type)}: ${reason}`] : [],
    ),
  ];
}

/** Lines that a message of one sentence tells at most. */
const mostTold = 5;

/** The same in one sentence; what is beyond the first is counted. */
export function lacksInOneSentence(lacks: Lacks): string {
  const lines = lacksInWords(lacks);
  const rest = lines.length - mostTold;
  return `${lines.slice(0, mostTold).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}

const mostNumbers = 8;

/** "2, 3 and 7" */
function numbers(all: readonly number[]): string {
  if (all.length > mostNumbers) return `${all.slice(0, mostNumbers).join(", ")} and ${all.length - mostNumbers} more`;
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
