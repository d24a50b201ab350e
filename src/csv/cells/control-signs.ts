/**
 * Characters that a terminal obeys or that turn the order of what it shows, in every program that prints the value: controls
 * of C0 and C1 and those of bidirectional text. Tabs and line ends are part of a text; a carriage return alone is not.
 */
const control = /[[\p{Cc}\u202a-\u202e\u2066-\u2069]--[\t\n\r]]|\r(?!\n)/v;

/** Most values have none but these, of which no control is one. */
const usual = /^[ -~\xa0-\u1fff]*$/;

/** True for a value, without the mark of its quotes, that has some. */
export function holdsControls(value: string): boolean {
  return !usual.test(value) && control.test(value);
}
