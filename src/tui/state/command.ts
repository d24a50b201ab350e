import type { Ui } from "../model/model.ts";
import type { Reaction } from "./binding.ts";

/** One line that can be typed after ":", in the words of the command line, complete with its arguments. */
export interface Command {
  line: string;
  help: string;
  act(ui: Ui): Reaction;
}
