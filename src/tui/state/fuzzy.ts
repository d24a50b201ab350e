/**
 * How well a candidate fits what was typed: lower is better, null when its letters do not occur in this order.
 * Letters together, at the start of words, and short candidates win.
 */
export function fuzzyScore(typed: string, candidate: string): number | null {
  const wanted = typed.toLowerCase().trim();
  const text = candidate.toLowerCase();
  if (text.startsWith(wanted)) return text.length - wanted.length;
  let score = text.length;
  let at = -1;
  for (const letter of wanted) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return null;
    const startsWord = next === 0 || /[\s_-]/.test(text[next - 1] ?? "");
    if (next !== at + 1) score += startsWord ? 10 : 20 + (next - at);
    at = next;
  }
  return score;
}
