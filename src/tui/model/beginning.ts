import { key } from "../drawing/keys-in-words.ts";
import { span } from "../drawing/spans.ts";
import { chosenLook } from "../drawing/theme.ts";
import { emptyList, type Ui } from "./model.ts";

/** What the screen is before anything has happened. */
export function beginning(
  given: Pick<Ui, "size" | "look" | "now" | "data" | "flags"> & Partial<Pick<Ui, "choices" | "own" | "lines">>,
): Ui {
  const { choices = {}, lines = [], own = { file: "", keys: {}, faults: [] }, look } = given;
  const ui: Ui = {
    ...given,
    choices,
    own,
    terminal: look,
    look: chosenLook(look, choices),
    link: { state: "connecting" },
    server: null,
    months: null,
    runs: null,
    snapshots: null,
    unsealed: [],
    unsealed_dates: [],
    details: {},
    history: {},
    trends: {},
    samples: {},
    values: {},
    profiles: {},
    findings: {},
    lines,
    told: {},
    seals: {},
    comparison: null,
    suites: null,
    waiting: [],
    refusals: {},
    live: null,
    stack: [{ screen: "months", list: emptyList }],
    overlay: null,
    notice: null,
    shown: { page: 1, last: 0 },
  };
  const [first] = own.faults;
  if (first === undefined) return ui;
  const more = own.faults.length > 1 ? `, and ${own.faults.length - 1} more` : "";
  const text = `${first}${more}: nothing of it is in force; ${key("?")} tells all.`;
  return { ...ui, notice: { ...span(text, "bad"), until: null } };
}
