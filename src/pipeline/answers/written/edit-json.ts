import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import { inOneLine } from "../../../core/written/format-json.ts";

type Path = readonly (string | number)[];

/**
 * JSON text in which one property of an object has this value. All else stays as somebody laid it out: an object on one
 * line stays on one, and what is new in any other gets a line of its own, above the property `before` where there is one.
 */
export function withProperty(text: string, path: Path, name: string, value: unknown, before?: string): string {
  const tree = parseTree(text);
  const object = tree && findNodeAtLocation(tree, [...path]);
  if (object?.type !== "object") throw new TypeError(`there is no object at ${path.join(".")}`);
  const written = inOneLine(value);
  const properties = object.children ?? [];
  const own = properties.find((one) => nameOf(one) === name)?.children?.[1];
  if (own !== undefined) return spliced(text, own.offset, own.offset + own.length, written);
  const added = `${JSON.stringify(name)}: ${written}`;
  const [next, last] = [properties.find((one) => nameOf(one) === before), properties.at(-1)];
  if (next !== undefined) return spliced(text, next.offset, next.offset, `${added},${gapBefore(text, next)}`);
  if (last === undefined) return spliced(text, object.offset, object.offset + object.length, `{ ${added} }`);
  const end = last.offset + last.length;
  return spliced(text, end, end, `,${gapBefore(text, last)}${added}`);
}

function nameOf({ children }: Node): unknown {
  return children?.[0]?.value;
}

/** What stands between a property and the one before it: a line end with what the line is indented by, or a blank. */
function gapBefore(text: string, { offset }: Node): string {
  return /\r?\n[ \t]*$/.exec(text.slice(0, offset))?.[0] ?? " ";
}

function spliced(text: string, from: number, to: number, made: string): string {
  return text.slice(0, from) + made + text.slice(to);
}
