import { createHmac } from "node:crypto";
import type { Account } from "../account.ts";
import type { Receiver } from "./rules.ts";
import { slackMessage } from "./slack.ts";

/** Milliseconds that each try may take, and those before the second and the third. */
const usualPace = { patience: 5_000, pauses: [500, 2_000] };

/** Of our own shape: what a receiver goes by when the shape changes one day. */
const version = 1;

export type Notice = ({ event: "run" } & Account) | { event: "test"; dataset: string; console: string };

/** Why it was not taken, without the address, which may be a secret; null when it was. */
export async function deliver(
  receiver: Receiver,
  notice: Notice,
  { patience, pauses } = usualPace,
): Promise<string | null> {
  const body = JSON.stringify(bodyFor(receiver, notice));
  const host = URL.parse(receiver.url)?.host;
  for (const pause of [...pauses, null]) {
    const refusal = await post(receiver, body, patience);
    if (refusal === null) return null;
    if (refusal.isFinal || pause === null) return `${host} ${refusal.why}`;
    await Bun.sleep(pause);
  }
  return null;
}

function bodyFor({ format }: Receiver, notice: Notice): object {
  if (format === "json") return { version, ...notice };
  if (notice.event === "run") return slackMessage(notice);
  return { text: `${notice.dataset}: the console's notifications arrive here.` };
}

/** Why it was not taken, and whether it would be the next time; null when it was. */
async function post({ url, secret }: Receiver, body: string, patience: number) {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (secret !== null) {
    const digest = createHmac("sha256", secret).update(body).digest("hex");
    headers["x-streamflow-signature"] = `sha256=${digest}`;
  }
  try {
    // A moved address is told, since what is sent is for the one that was named.
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(patience),
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
