import { type Entry, entry, Mostly } from "../plan/entry.ts";
import { dataSource, type Scope } from "../plan/plan.ts";
import { foreign, q, relation, type Sql, value } from "../plan/sql.ts";
import { storable, suiteError } from "../plan/values.ts";

/** Rows of a query that are compared or shown at most, as in Great Expectations. */
const mostRead = value("int8", "200");

/** Great Expectations' expectations on what queries of the suite's author find. */
export const customQueries: readonly Entry[] = [
  entry("unexpected_rows_expectation", { unexpected_rows_query: "string > 0" }, (args, scope) => {
    refuseCondition(scope);
    const query = onBatch("unexpected_rows_query", args.unexpected_rows_query);
    return {
      kind: "query",
      foreign: true,
      statement: q`with found as materialized (${rowsOf(query)}) select (select count(*) from found),
                   (select coalesce(json_agg(to_json(f)), '[]') from (select * from found limit ${mostRead}) f)`,
      answer: ([row]) => {
        const count = Number(row?.[0] ?? 0);
        return { success: count === 0, observed: count, details: { unexpected_rows: row?.[1] ?? [] } };
      },
    };
  }),

  entry(
    "expect_query_results_to_match_comparison",
    {
      base_query: "string > 0",
      comparison_query: "string > 0",
      comparison_data_source_name: "string > 0",
      ...Mostly,
    },
    (args, scope) => {
      refuseCondition(scope);
      requireOwn(args.comparison_data_source_name);
      const base = onBatch("base_query", args.base_query);
      const comparison = foreign(oneStatement("comparison_query", args.comparison_query));
      return {
        kind: "match",
        base: q`${rowsOf(base)} limit ${mostRead}`,
        comparison: q`${rowsOf(comparison)} limit ${mostRead}`,
        mostly: Number(args.mostly ?? 1),
      };
    },
  ),
];

/** Those that read whatever their author likes. */
export const authored: ReadonlySet<string> = new Set(customQueries.map(({ type }) => type));

function refuseCondition({ rows }: Scope): void {
  if (rows !== null) throw suiteError("row_condition", "write the condition into the query");
}

function requireOwn(source: string): void {
  if (source === dataSource) return;
  throw suiteError(
    "comparison_data_source_name",
    `there is no data source "${source}" here, for the console reads one database, which it calls "${dataSource}"; ` +
      `where the rows are in it, or come into it by postgres_fdw, write "${dataSource}"`,
  );
}

/** The rows of a query. It ends on a line of its own, so that a comment at its end does, too. */
function rowsOf(query: Sql): Sql {
  return q`select * from (${query}
) as query`;
}

function oneStatement(argument: string, text: string): string {
  return storable(argument, text).replace(/;\s*$/, "");
}

/** The query with the table in the place of `{batch}`; `{{` and `}}` are braces. */
function onBatch(argument: string, text: string): Sql {
  const pieces = oneStatement(argument, text).split(/(\{\{|\}\}|\{[^{}]*\}|[{}])/);
  const parts = pieces.map((piece) => {
    if (piece === "{batch}") return q`${relation}`;
    if (piece === "{{" || piece === "}}") return foreign(piece.slice(1));
    if (/^[{}]/.test(piece)) throw suiteError(argument, `${piece} is not known; only {batch} is, and {{ for a brace`);
    return foreign(piece);
  });
  return parts.reduce((joined, part) => q`${joined}${part}`);
}
