const width = 120;

/** JSON for people: what fits on a line stands on one. */
export function formatJson(value: unknown): string {
  return `${formatted(value, "", 0)}\n`;
}

function formatted(value: unknown, indent: string, before: number): string {
  const flat = inOneLine(value);
  const isWhole = indent === "";
  if (typeof value !== "object" || value === null) return flat;
  if (!isWhole && indent.length + before + flat.length < width) return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const lines = Array.isArray(value)
    ? value.map((one) => inner + formatted(one, inner, 0))
    : Object.entries(value).map(([name, one]) => {
        const key = `${JSON.stringify(name)}: `;
        return inner + key + formatted(one, inner, key.length);
      });
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

/** The same on one line, however long. */
export function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${inOneLine(one)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
