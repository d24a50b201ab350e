/** Milliseconds that each try may take, and those before the second and the third. */
export const usualPace = { patience: 5_000, pauses: [500, 2_000] };

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** Why it was not taken, without the address, which may be a secret; null when it was. What may pass is tried three times. */
export async function sent(post: Post, { patience, pauses } = usualPace): Promise<string | null> {
  const host = URL.parse(post.url)?.host;
  for (const pause of [...pauses, null]) {
    const refusal = await sendOnce(post, patience);
    if (refusal === null) return null;
    if (refusal.isFinal || pause === null) return `${host} ${refusal.why}`;
    await Bun.sleep(pause);
  }
  return null;
}

/** Why it was not taken, and whether it would be the next time; null when it was. */
async function sendOnce({ url, headers, body }: Post, patience: number) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      signal: AbortSignal.timeout(patience),
      // A moved address is told, since what is sent is for the one that was named.
      redirect: "manual",
    });
    await response.body?.cancel();
    if (response.ok) return null;
    const isFinal = response.status < 500 && response.status !== 429 && response.status !== 408;
    return { why: `answered ${response.status}`, isFinal };
  } catch (thrown) {
    const isLate = thrown instanceof Error && thrown.name === "TimeoutError";
    return { why: isLate ? `did not answer within ${patience / 1000} s` : "could not be reached", isFinal: false };
  }
}
