import { exitCodes } from "../../core/errors.ts";
import type { Check } from "../../core/listings.ts";
import type { Replies } from "../../core/requests.ts";
import { escapeControl } from "../../core/text.ts";
import type { Style } from "../paint.ts";
import { type Column, table } from "../table.ts";
import type { View } from "./view.ts";

const styles: Record<Check["state"], Style> = { ok: "green", warn: "yellow", fail: "red" };

const columns: Column<Check>[] = [
  { title: "CHECK", cell: ({ name }) => name },
  { title: "STATE", cell: ({ state }) => state, style: ({ state }) => styles[state] },
  { title: "FOUND", cell: ({ detail }) => detail, flexible: true },
];

/** `doctor`: what a run needs, how it stands, and how to mend it. */
export const doctorView: View<Replies["doctor"]> = {
  json: ({ checks }) => ({ checks }),
  text: ({ checks }, look) => {
    // Remedies are to be read in full, so they are not squeezed into a column.
    const remedies = checks.filter(({ remedy }) => remedy !== null);
    const lines = remedies.map(
      ({ name, remedy }) => `${look.paint("cyan", `${name}:`)} ${escapeControl(remedy ?? "")}\n`,
    );
    return `${table(columns, checks, look)}${lines.length === 0 ? "" : `\n${lines.join("")}`}`;
  },
  exitCode: ({ checks }) => (checks.some(({ state }) => state === "fail") ? exitCodes.failure : exitCodes.done),
};
