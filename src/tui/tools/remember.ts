/**
 * A pure function that keeps its last result: one frame asks for the same list a dozen times, and it only changes with
 * what it is made of, such as the data and the filter. That is compared by identity.
 */
export function remember<Args extends unknown[], Parts extends unknown[], Result>(
  partsOf: (...args: Args) => [...Parts],
  work: (...parts: Parts) => Result,
): (...args: Args) => Result {
  let last: { parts: [...Parts]; result: Result } | null = null;
  return (...args) => {
    const parts = partsOf(...args);
    if (last?.parts.every((part, index) => part === parts[index]) !== true) last = { parts, result: work(...parts) };
    return last.result;
  };
}

/** The same for what is asked of each of many items again and again: kept as long as the item is. */
export function rememberEach<Item extends object, Result>(work: (item: Item) => Result): (item: Item) => Result {
  const known = new WeakMap<Item, Result>();
  return (item) => {
    const before = known.get(item);
    if (before !== undefined) return before;
    const result = work(item);
    known.set(item, result);
    return result;
  };
}
