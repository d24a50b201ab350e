import type { Fail } from "./syntax.ts";

/** A pattern, read from left to right by code point. */
export class Reader {
  private readonly characters: readonly string[];
  private at = 0;

  constructor(
    readonly pattern: string,
    private readonly failure: Fail,
  ) {
    this.characters = [...pattern];
  }

  get position(): number {
    return this.at;
  }

  back(to: number): void {
    this.at = to;
  }

  peek(ahead = 0): string | undefined {
    return this.characters[this.at + ahead];
  }

  next(): string {
    const character = this.peek();
    if (character === undefined) throw this.fail("ends too soon");
    this.at++;
    return character;
  }

  /** Steps over the text when it comes next. */
  take(text: string): boolean {
    if (![...text].every((character, index) => this.peek(index) === character)) return false;
    this.at += [...text].length;
    return true;
  }

  /** The longest run of characters that fit, no more than `most`. */
  while(fits: RegExp, most = Number.POSITIVE_INFINITY): string {
    let run = "";
    for (let count = 0; count < most; count++) {
      const character = this.peek();
      if (character === undefined || !fits.test(character)) break;
      run += character;
      this.at++;
    }
    return run;
  }

  /** Everything up to the text, which is stepped over. */
  until(text: string): string {
    let run = "";
    while (!this.take(text)) run += this.next();
    return run;
  }

  fail(reason: string): Error {
    return this.failure(`the regular expression ${JSON.stringify(this.pattern)} ${reason}`);
  }
}
