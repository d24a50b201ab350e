/**
 * A pure function that keeps its last result: one frame asks for the same list a dozen times, and it only changes with
 * the data or the filter. Arguments are compared by identity.
 */
export function remember<Args extends readonly unknown[], Result>(
  work: (...args: Args) => Result,
): (...args: Args) => Result {
  let last: { args: Args; result: Result } | null = null;
  return (...args) => {
    if (last?.args.every((arg, index) => arg === args[index]) !== true) last = { args, result: work(...args) };
    return last.result;
  };
}
