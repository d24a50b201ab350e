import type { Area, Screen } from "../components/block.ts";
import { here, type Ui } from "../model/model.ts";
import { compareScreen } from "./compare.ts";
import { helpScreen } from "./help.ts";
import { monthsScreen } from "./months.ts";
import { runScreen } from "./run.ts";
import { runsScreen } from "./runs.ts";
import { snapshotsScreen } from "./snapshots.ts";
import { validationScreen } from "./validation.ts";
import { verdictScreen } from "./verdict.ts";

/** The screen on show: the top of the stack, or the help over it. */
export function screenOf(ui: Ui, area: Area): Screen {
  if (ui.overlay?.kind === "help") return helpScreen(ui, ui.overlay, area);
  const place = here(ui);
  switch (place.screen) {
    case "months":
      return monthsScreen(ui, place, area);
    case "run":
      return runScreen(ui, place, area);
    case "validation":
      return validationScreen(ui, place, area);
    case "verdict":
      return verdictScreen(ui, place, area);
    case "snapshots":
      return snapshotsScreen(ui, place, area);
    case "compare":
      return compareScreen(ui, place, area);
    case "runs":
      return runsScreen(ui, place, area);
  }
}
