/** Milliseconds that each try may take, and those before the second and the third; `signal` is of whoever waits for it. */
export interface Pace {
  patience: number;
  pauses: readonly number[];
  signal?: AbortSignal | undefined;
}

export const usualPace: Pace = { patience: 5_000, pauses: [500, 2_000] };

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Why it was not taken, without the address, which may be a secret; null when it was. What may pass is tried three times. */
export async function sent(post: Post, { patience, pauses, signal }: Pace = usualPace): Promise<string | null> {
  const host = URL.parse(post.url)?.host;
  for (const pause of [...pauses, null]) {
    const refusal = await sendOnce(post, patience, signal);
    if (refusal === null) return null;
    if (refusal.isFinal || pause === null) return `${host} ${refusal.why}`;
    await pausedFor(pause, signal);
  }
  return null;
}

async function pausedFor(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

/** Why it was not taken, and whether it would be the next time; null when it was. */
async function sendOnce({ url, headers, body }: Post, patience: number, signal?: AbortSignal) {
  const late = AbortSignal.timeout(patience);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      signal: signal === undefined ? late : AbortSignal.any([late, signal]),
      // A moved address is told, since what is sent is for the one that was named.
      redirect: "manual",
    });
    await response.body?.cancel();
    if (response.ok) return null;
    const isFinal = response.status < 500 && response.status !== 429 && response.status !== 408;
    return { why: `answered ${response.status}`, isFinal };
  } catch {
    if (signal?.aborted) return { why: "was waited for no longer", isFinal: true };
    return {
      why: late.aborted ? `did not answer within ${patience / 1000} s` : "could not be reached",
      isFinal: false,
    };
  }
}
