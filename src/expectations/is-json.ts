import { q, type Sql, value } from "./sql.ts";

/** The release that can say whether a text is JSON. */
const release16 = 160_000;

/** Whether a text is JSON, as RFC 8259 defines it; NULL for NULL. */
export function isJson(text: Sql, serverVersion: number): Sql {
  return serverVersion >= release16 ? q`${text} is json` : reducesToValue(text);
}

const stringPattern = String.raw`"(?:[^"\\\u0001-\u001f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"`;
const scalarPattern = String.raw`true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?`;
const blankPattern = String.raw`[ \n\r\t]+`;
const containerPattern = containers(`(?:0|"")`);

function containers(element: string): string {
  const pair = `"":${element}`;
  return String.raw`\[(?:${element}(?:,${element})*)?\]|\{(?:${pair}(?:,${pair})*)?\}`;
}

/**
 * For servers that cannot say: every string is cut down to `""`, every other simple value to `0`, and then the innermost
 * arrays and objects to `0`, level by level, until nothing changes. Of JSON, and of nothing else, one value is left.
 */
function reducesToValue(text: Sql): Sql {
  const replaced = (within: Sql, pattern: string, by: string) =>
    q`regexp_replace(${within}, ${value("text", pattern)}, ${value("text", by)}, 'g')`;
  const strings = replaced(text, stringPattern, `""`);
  const simple = replaced(replaced(strings, scalarPattern, "0"), blankPattern, "");
  return q`(with recursive reduced(t) as (
      select ${simple} union select ${replaced(q`t`, containerPattern, "0")} from reduced)
    select bool_or(t in ('0', '""')) from reduced)`;
}
