import type { SuiteProposal } from "../../expectations/propose/suite.ts";

const decided = "Whatever you have decided on, take `proposed` out of its meta.";

/** A proposed suite as Great Expectations saves one; `from` is what it was proposed from. */
export function suiteText(
  table: string,
  name: string,
  { rows, expectations }: Pick<SuiteProposal, "rows" | "expectations">,
  from: string,
): string {
  const suite = {
    name,
    expectations: expectations.map(({ because, ...asked }) => ({
      ...asked,
      meta: { proposed: true },
      notes: `Proposed: ${because}.`,
    })),
    meta: { proposed: { table, rows, on: new Date().toISOString().slice(0, "YYYY-MM-DD".length) } },
    notes: `${from} ${decided}`,
  };
  return `${JSON.stringify(suite, null, 2)}\n`;
}
