import { type Entry, entry } from "./entry.ts";
import { fault } from "./fault.ts";
import { foreign, q, relation, type Sql, value } from "./sql.ts";
import { storable } from "./values.ts";

/** Rows of a query that a result shows at most. */
const mostShown = "200";

/** Great Expectations' expectation that a query of the suite's author finds nothing. */
export const customQueries: readonly Entry[] = [
  entry("unexpected_rows_expectation", { unexpected_rows_query: "string > 0" }, (args, scope) => {
    if (scope.rows !== null) throw fault("row_condition", "write the condition into the query");
    const query = onBatch(storable("unexpected_rows_query", args.unexpected_rows_query));
    return {
      kind: "query",
      foreign: true,
      // On a line of its own, so that a comment at the query's end ends there.
      statement: q`with found as materialized (select * from (${query}
) as query) select (select count(*) from found),
                   (select coalesce(jsonb_agg(to_jsonb(f)), '[]')
                      from (select * from found limit ${value("int8", mostShown)}) f)`,
      answer: ([row]) => {
        const count = Number(row?.[0] ?? 0);
        return {
          success: count === 0,
          observed: `${count} unexpected ${count === 1 ? "row" : "rows"}`,
          details: { unexpected_rows: row?.[1] ?? [] },
        };
      },
    };
  }),
];

/** The query with the table in the place of `{batch}`; `{{` and `}}` are braces. */
function onBatch(text: string): Sql {
  const pieces = text.replace(/;\s*$/, "").split(/(\{\{|\}\}|\{[^{}]*\}|[{}])/);
  const parts = pieces.map((piece) => {
    if (piece === "{batch}") return q`${relation}`;
    if (piece === "{{" || piece === "}}") return foreign(piece.slice(1));
    if (/^[{}]/.test(piece))
      throw fault("unexpected_rows_query", `${piece} is not known; only {batch} is, and {{ for a brace`);
    return foreign(piece);
  });
  return parts.reduce((joined, part) => q`${joined}${part}`);
}
