/** The finalizer of MurmurHash3 (Austin Appleby, public domain): every input bit moves every output bit. */
export function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** What numbers are drawn for; the last three are one stream a month, which keeps months below 1000 apart. */
export const streams = { user: 0, subscription: 1, habits: 2, life: 3, events: 1000, churn: 2000, drift: 3000 };

/**
 * A stream of random numbers that belongs to one user and one purpose: the same three keys give the same numbers
 * on every machine, whatever was drawn before, so nothing has to be remembered between users or months.
 * The generator is sfc32 of PractRand (Chris Doty-Humphrey, public domain), 128 bits of state.
 */
export class Dice {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, user: number, stream: number) {
    this.a = seed | 0;
    this.b = user | 0;
    this.c = stream | 0;
    for (let round = 0; round < 12; round++) this.next();
  }

  private next(): number {
    const result = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** 0 <= x < 1. */
  uniform(): number {
    return this.next() / 0x1_0000_0000;
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** One of 0 … count - 1, all as likely. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /**
   * Mean 0, deviation 1, never beyond 3.47. A sum of four uniforms, because sums are the same on every processor,
   * while the logarithm and cosine of the usual way may differ in the last digit, which the drops would show.
   */
  normal(): number {
    return (this.uniform() + this.uniform() + this.uniform() + this.uniform() - 2) * Math.sqrt(3);
  }

  /** The number of the step that is drawn; `steps` are cumulative probabilities. */
  step(steps: readonly number[]): number {
    const drawn = this.uniform();
    let at = 0;
    for (const upTo of steps) {
      if (drawn < upTo) break;
      at++;
    }
    return at;
  }
}

/** Shares as cumulative steps; the last share takes what rounding leaves. */
export function cumulative(shares: readonly number[]): number[] {
  let sum = 0;
  return shares.slice(0, -1).map((share) => {
    sum += share;
    return sum;
  });
}

/** Cumulative steps of a Poisson distribution, to one in a million. */
export function poisson(mean: number): number[] {
  const steps: number[] = [];
  let share = Math.exp(-mean);
  let sum = 0;
  for (let count = 0; sum < 1 - 1e-6; count++) {
    sum += share;
    steps.push(sum);
    share *= mean / (count + 1);
  }
  return steps;
}
