import type { ReportSubject } from "../../core/messages/report.ts";
import { runViewAt, selectedDate, selectedMonth, selectedRun } from "../model/lists.ts";
import { here, type Ui } from "../model/model.ts";
import type { Reaction } from "./binding.ts";
import { hint, stay } from "./stack.ts";

type Subject = Exclude<ReportSubject, "all">;

const page = { kind: "report", out: null, junit: null, gx: null, values: null } as const;

/** Write a page of what is chosen, and open it. */
export function report(ui: Ui): Reaction {
  const subject = subjectOf(ui);
  if (typeof subject === "string") return subject;
  return stay(hint(ui, "Writing its report …"), { do: "report", request: { ...page, subject } });
}

/** What the page is about; in words why there is none. */
function subjectOf(ui: Ui): Subject | string {
  const place = here(ui);
  const nothing = "There is no run here to report on.";
  switch (place.screen) {
    case "months": {
      const run = selectedMonth(ui)?.last_run;
      return run ? { run: run.run } : nothing;
    }
    case "runs": {
      const run = selectedRun(ui)?.run;
      return run === undefined ? nothing : { run };
    }
    case "snapshots": {
      const seal = selectedDate(ui)?.entries[0];
      if (seal === undefined) return nothing;
      return seal.run === null ? { month: seal.month } : { run: seal.run };
    }
    case "run":
    case "validation": {
      const view = runViewAt(ui, place.run);
      return view?.run == null ? nothing : { run: view.run };
    }
    case "verdict":
      return { run: place.run };
    default:
      return nothing;
  }
}
