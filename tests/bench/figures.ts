/** Figures of benches, and the tables that they stand in. */

/** NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** Columns of words stand left, by their places; all others are numbers and stand right. */
export function markdown(head: readonly string[], body: readonly string[][], words: readonly number[] = [0]): string {
  const rule = head.map((_, at) => (words.includes(at) ? "---" : "---:"));
  return [head, rule, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} s`;
}
