import postgres from "postgres";
import { wordsOf } from "../remedies/remedies.ts";

/** A cell that the server refused while it was copied. */
export interface RefusedCell {
  /** 1-based, of the data that was sent; null where the server does not know it: many rows are put into pages at once. */
  line: number | null;
  /** Null where the server names none, as for a constraint of the whole row. */
  column: string | null;
  value: string | null;
  reason: string;
  /** True for a row that is too large. */
  isTooLarge: boolean;
}

/** SQLSTATEs of a value that its column does not take: data exceptions, NOT NULL and CHECK; and of a row that no page does. */
const refusals = /^22|^23502$|^23514$|^54000$/;

/** `COPY users, line 3, column age: "x"`: as the server says where in a COPY it stands. */
const place = /^COPY .+?, line (\d+)(?:, column (.+?)(?:: "(.*)"|: null input)?)?$/s;

/** What an error of a COPY says of the cell that caused it; null for an error of another kind. */
export function refusedCell(error: unknown): RefusedCell | null {
  if (!(error instanceof postgres.PostgresError) || !refusals.test(error.code)) return null;
  const found = place.exec(error.where?.split("\nSQL ")[0] ?? "");
  if (found === null) return null;
  const [, line, column, value] = found;
  const isTooLarge = error.code === "54000";
  return {
    line: isTooLarge ? null : Number(line),
    column: column ?? null,
    value: value ?? null,
    reason: `PostgreSQL: ${wordsOf(error)}`,
    isTooLarge,
  };
}
