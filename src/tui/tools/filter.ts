/** What a filter looks at: every word must occur somewhere in the text, in any order and case. */
export function matches(text: string, filter: string): boolean {
  if (filter === "") return true;
  const low = text.toLowerCase();
  return wordsOf(filter).every((word) => low.includes(word));
}

/** The items whose text holds the words; where none does, those of which one word each holds the letters in their order. */
export function filtered<Item>(items: readonly Item[], textOf: (item: Item) => string, filter: string): Item[] {
  if (filter.trim() === "") return [...items];
  const exact = items.filter((item) => matches(textOf(item), filter));
  return exact.length > 0 ? exact : items.filter((item) => isLike(textOf(item), filter));
}

function isLike(text: string, filter: string): boolean {
  const parts = wordsOf(text);
  return wordsOf(filter).every((word) => parts.some((part) => holdsInOrder(part, word)));
}

function holdsInOrder(text: string, letters: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
