/** What steers a terminal: a title, colours, a clear screen, an 8-bit sequence, another direction of writing, a line of its own. */
export const steering = ["\x1b]0;owned\x07", "\x1b[31m", "\x1b[2J", "\x9b2J", "\u202e", "\r\n", "\u2028", "\x00", "\b"];

/** All of that but line feeds, which are what lines end with. */
export const steers = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

const kinds = new Set([
  "event",
  "stage",
  "mode",
  "status",
  "state",
  "severity",
  "verdict",
  "type",
  "code",
  "unit",
  "kind",
]);
const moments = /(^|_)at$/;

/** The same value, with `ending` behind every text that is not one of a few words, or a time. */
export function steered<Value>(value: Value, ending: string, name = ""): Value {
  if (typeof value === "string") return (kinds.has(name) || moments.test(name) ? value : value + ending) as Value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => steered(member, ending, name)) as Value;
  return Object.fromEntries(
    Object.entries(value).map(([field, member]) => [field, steered(member, ending, field)]),
  ) as Value;
}
