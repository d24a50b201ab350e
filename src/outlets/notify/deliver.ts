import { createHmac } from "node:crypto";
import type { Account } from "../account.ts";
import { sent, usualPace } from "../post.ts";
import type { Receiver } from "./rules.ts";
import { slackMessage } from "./slack.ts";

/** Of our own shape: what a receiver goes by when the shape changes one day. */
const version = 1;

export type Notice = ({ event: "run" } & Account) | { event: "test"; dataset: string; console: string };

/** Why it was not taken, without the address, which may be a secret; null when it was. */
export function deliver(receiver: Receiver, notice: Notice, pace = usualPace): Promise<string | null> {
  const body = JSON.stringify(bodyFor(receiver, notice));
  return sent({ url: receiver.url, headers: signature(receiver, body), body }, pace);
}

function signature({ secret }: Receiver, body: string): Record<string, string> {
  if (secret === null) return {};
  return { "x-streamflow-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` };
}

function bodyFor({ format }: Receiver, notice: Notice): object {
  if (format === "json") return { version, ...notice };
  if (notice.event === "run") return slackMessage(notice);
  return { text: `${notice.dataset}: the console's notifications arrive here.` };
}
