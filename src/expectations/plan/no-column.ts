import type { TableShape } from "../../core/columns.ts";
import { SuiteError } from "./values.ts";

/** An expectation on a column that the table lacks. */
export class NoColumn extends SuiteError {
  constructor(
    argument: string,
    { name, columns }: TableShape,
    readonly column: string,
  ) {
    const has = columns.map((one) => one.name).join(", ");
    super(`argument "${argument}": table ${name} has no column "${column}"; it has ${has}`);
  }
}
