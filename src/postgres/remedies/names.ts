import { identifier } from "../../core/text.ts";
import { functionOf, nodeOf, type ServerError, tableOf } from "./server-words.ts";

/** What a remedy leaves open: USER logs in, and ROLE is whose rights count then; a NODE is a host and its port. */
const placeholders = ["USER", "ROLE", "DATABASE", "SCHEMA", "TABLE", "COLUMN", "FUNCTION", "NODE"] as const;
type Placeholder = (typeof placeholders)[number];

/** Of those that are known, how a statement writes them. */
export type Names = Partial<Record<Placeholder, string>>;

const anyOf = new RegExp(`\\b(?:${placeholders.join("|")})\\b`, "g");

/** The same hint, so that its statements can be pasted as they are where their names are known. */
export function withNames(hint: string, names: Names): string {
  return hint.replace(anyOf, (word) => names[word as Placeholder] ?? word);
}

/** True where it leaves open whose session it is, or of which database: a server's error does not tell that. */
export function asksWhose(hint: string): boolean {
  return (hint.match(anyOf) ?? []).some((word) => ["USER", "ROLE", "DATABASE"].includes(word));
}

/** What an error of the server names by itself. */
export function namesIn(error: ServerError): Names {
  const [, schema] = /^permission denied for schema (.+)$/.exec(error.message) ?? [];
  const { table, column } = tableOf(error);
  const inside = functionOf(error);
  const node = nodeOf(error);
  return {
    ...(schema !== undefined && { SCHEMA: identifier(schema) }),
    ...(table !== null && { TABLE: table.map(identifier).join(".") }),
    ...(column !== null && { COLUMN: identifier(column) }),
    ...(inside !== null && { FUNCTION: inside }),
    ...(node !== null && { NODE: node }),
  };
}

/** Whose session it is: who logged in, and as whose rights count; where that is not known, who logged in. */
export function namesOfSession({ user, database }: { user: string; database: string }, role = user): Names {
  return { USER: identifier(user), ROLE: identifier(role), DATABASE: identifier(database) };
}
