/** How many seconds it took, and what it gave. */
export async function timed<Result>(work: () => PromiseLike<Result>): Promise<[seconds: number, result: Result]> {
  const began = performance.now();
  const result = await work();
  return [(performance.now() - began) / 1000, result];
}
