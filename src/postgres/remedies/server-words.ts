import type { PostgresError } from "postgres";

/** An error as a server tells it (PostgreSQL manual, "Error and Notice Message Fields"). */
export type ServerError = Pick<
  PostgresError,
  | "code"
  | "message"
  | "detail"
  | "hint"
  | "where"
  | "schema_name"
  | "table_name"
  | "column_name"
  | "constraint_name"
  | "file"
>;

/** SQLSTATEs whose words are of sessions, rights, locks and files, or name a constraint: none of them shows a value. */
const ofServer = /^(08|23|25|28|2B|3D|40|42501|53|55|57|58|XX00[12])/;

/** Those whose words are of a statement: they name what it names, which a cell can do only by way of a type or a function. */
const ofStatement = /^(0A|26|3F|42|54)/;

/** Whole messages on values that show none. */
const ofNoValue = new RegExp(
  "^(division by zero|value out of range: (over|under)flow|(smallint|integer|bigint) out of range|numeric field overflow|" +
    "value too long for type character( varying)?\\(\\d+\\)|cannot take (logarithm|square root) of (zero|a negative number))$",
);

/** Details that show the row in question. */
const showsRow = /^2[23]/;

/** Words that somebody wrote for a RAISE, or in Python or Perl, can be of anything. */
const ofLanguage = /^(pl|tcl)/;

/** So can those of another server that foreign tables are read from, but for those on the way there. */
const ofOtherServer = /^(dblink|connection)\.c$/;
const onTheWay = /^08/;

/** Where an error was, in lines that name no value: what follows them is left out. */
const copied = /^COPY ([^\n]+?), \p{L}+ (\d+)(?:, \p{L}+ ([^\n]+?)(?=:|$))?/mu;
const called = /^(?:PL\/\w+ \p{L}+ ([\w.$]+)[( ]|SQL \p{L}+ "([\w.$]+)" )/mu;
const ofFunction = /^(PL\/|SQL )/m;
const onNode = /^while executing command on (\S+:\d+)$/m;
const toNode =
  /\b(?:remote node (?:[^\s@]*@)?|connections to the node |establishment for node |marked as essential: |^failed to COPY to shard \d+ on )(\S+:\d+)(?= |$)/;
/** Where Citus tells which node a transaction has lost, as an error of no kind (XX000). */
const ofCommits = "remote_transaction.c";
const atTuple = /^while \w+ (?:index )?tuple \(\d+,\d+\) in relation "[^"\n]*"/m;

/** The line of the rows that a COPY was sent, and the column where it knows that; null for what was no COPY. */
function placeOf({ where = "" }: ServerError) {
  const found = copied.exec(where);
  return found && { table: found[1] ?? "", line: Number(found[2]), column: found[3] ?? null };
}

/** The function that it was in: looked for only before what a COPY was sent, which may look like anything. */
export function functionOf({ where = "" }: ServerError): string | null {
  const [, procedural, sql] = called.exec(where.slice(0, copied.exec(where)?.index)) ?? [];
  return procedural ?? sql ?? null;
}

/** The node of a cluster that it was on, or on the way to, as `host:port`; null where that is this server itself. */
export function nodeOf(error: ServerError): string | null {
  const { code, message, file = "", where = "" } = error;
  if (ofLanguage.test(file)) return null;
  // Looked for only before what a COPY was sent, which may look like anything.
  const [, inside] = onNode.exec(where.slice(0, copied.exec(where)?.index)) ?? [];
  const [, toward] = ((ofServer.test(code) || file === ofCommits) && toNode.exec(message)) || [];
  return inside ?? toward ?? null;
}

/** What a node calls a part of a table is the table's name with the part's number behind it; what it says else is its first line. */
function withoutPart(words: string, error: ServerError): string {
  if (nodeOf(error) === null) return words;
  return (words.split("\n")[0] ?? "").replace(/(?<=\w)_\d{6,}(?!\w)/g, "");
}

/** True where the server's words cannot hold a customer's value, by their SQLSTATE and by what they come from. */
function speaksOfNames(error: ServerError): boolean {
  const { code, file = "" } = error;
  if (ofLanguage.test(file)) return false;
  if (ofOtherServer.test(file)) return onTheWay.test(code);
  if (ofServer.test(code) || ofNoValue.test(error.message)) return true;
  const ofCell = placeOf(error)?.column != null;
  return ofStatement.test(code) && !ofCell && !ofFunction.test(error.where ?? "");
}

/** The server's own words; null where they may show a value. */
export function messageFrom(error: ServerError): string | null {
  return speaksOfNames(error) ? withoutPart(error.message, error) : null;
}

/** What else it says, and what it proposes; null where there is nothing, or it may show a value. */
export function detailFrom(error: ServerError): string | null {
  return (speaksBeyondRows(error) && error.detail) || null;
}

export function hintFrom(error: ServerError): string | null {
  return (speaksBeyondRows(error) && error.hint) || null;
}

function speaksBeyondRows(error: ServerError): boolean {
  return speaksOfNames(error) && !showsRow.test(error.code);
}

/** What it is about, in names and numbers: enough to find the row, and nothing of what it holds. */
export function factsOf(error: ServerError): string[] {
  const { code, file = "", where = "" } = error;
  const place = placeOf(error);
  const inside = functionOf(error);
  const node = nodeOf(error);
  const facts = [
    `SQLSTATE ${code}`,
    // A RAISE names what it likes.
    ...(ofLanguage.test(file) ? [] : namesIn(error)),
    place && copyInWords(place),
    inside && `function ${inside}`,
    node !== null && !messageFrom(error)?.includes(node) && `node ${node}`,
    place === null && atTuple.exec(where)?.[0],
  ];
  return facts.filter((fact): fact is string => Boolean(fact));
}

/** The table and the column that it names, as nobody wrote them; null where it names none. */
export function tableOf(error: ServerError) {
  const { schema_name, file = "" } = error;
  const { table, column } = brokenRuleOf(error);
  const isOfOthers = ofLanguage.test(file) || !table;
  return {
    table: isOfOthers ? null : [schema_name, table].filter((name): name is string => Boolean(name)),
    column: isOfOthers ? null : column || null,
  };
}

/** What a row broke; of a node of a cluster there are its words alone. */
export function brokenRuleOf(error: ServerError): Record<"table" | "rule" | "column", string | undefined> {
  const { code, table_name: table, constraint_name: rule, column_name: column } = error;
  if (table || nodeOf(error) === null || !/^23/.test(code)) return { table, rule, column };
  const named = (what: string) => new RegExp(`\\b(?:${what}) "([^"]+)"`).exec(messageFrom(error) ?? "")?.[1];
  return { table: named("relation|table"), rule: named("constraint"), column: named("column") };
}

function namesIn(error: ServerError) {
  const { code, schema_name, table_name, column_name, detail = "" } = error;
  const table = withoutPart([schema_name, table_name].filter(Boolean).join("."), error);
  const constraint_name = withoutPart(error.constraint_name ?? "", error);
  const key = showsRow.test(code) ? /^\p{L}+ \(([^()=]+)\)=/u.exec(detail)?.[1] : undefined;
  return [
    table && `table ${table}`,
    column_name && `column ${column_name}`,
    key && `key ${key}`,
    constraint_name && `constraint ${constraint_name}`,
  ];
}

/** Before the first line was read it is that of none. */
function copyInWords({ table, line, column }: NonNullable<ReturnType<typeof placeOf>>): string {
  return [`COPY ${table}`, line > 0 && `line ${line}`, column && `column ${column}`].filter(Boolean).join(", ");
}
