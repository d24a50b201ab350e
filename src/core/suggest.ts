/** The candidate that a misspelt word most likely stands for; null when none is near. */
export function suggest(word: string, candidates: readonly string[]): string | null {
  const wanted = normalise(word);
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const target = normalise(candidate);
    const distance = editDistance(wanted, target);
    const shorter = Math.min(wanted.length, target.length);
    // In a word of one or two letters a single one says too much.
    const tolerated = shorter < 3 ? 0 : Math.max(1, Math.floor(shorter / 4));
    if (distance <= tolerated && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Case, blanks, dashes and underscores are what people get wrong most, so they do not count. */
function normalise(word: string): string {
  return word
    .slice(0, 200)
    .toLowerCase()
    .replace(/[\s\u{feff}_-]+/gu, "");
}

/** Characters to insert, remove, replace or swap with their neighbour to get from one word to the other. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? (beforePrevious[j - 2] ?? 0) + 1 : replaced;
      current.push(Math.min(replaced, swapped, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}
