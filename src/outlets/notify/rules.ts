import type { NotifyRules } from "../../core/dataset.ts";
import { usageError } from "../../core/errors.ts";
import type { Environment } from "../../core/settings.ts";
import type { Account } from "../account.ts";

/** Where an account is sent, in which words, and when. */
export interface Receiver {
  url: string;
  format: "json" | "slack";
  on: readonly Occasion[];
  /** Signs each body; null without one. */
  secret: string | null;
}

type Occasion = NonNullable<NotifyRules["on"]>[number];

const always: readonly Occasion[] = ["published", "rejected", "failed", "warned"];

/**
 * The receiver that the environment and the manifest name together; null where neither names one. The environment's URL goes
 * first: an address that may be known to few is not for a file that is shared.
 */
export function receiverOf(rules: NotifyRules | undefined, env: Environment): Receiver | null {
  const url = env.STREAMFLOW_NOTIFY_URL || rules?.url;
  if (url === undefined) return null;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    const place = env.STREAMFLOW_NOTIFY_URL ? "STREAMFLOW_NOTIFY_URL" : "notify.url in the manifest";
    throw usageError(`${place} is no URL of a web server.`, "Write it as https://HOST/PATH.");
  }
  const { format = "json", on = always } = rules ?? {};
  return { url, format, on, secret: env.STREAMFLOW_NOTIFY_SECRET || null };
}

export function isWanted({ outcome, warned }: Pick<Account, "outcome" | "warned">, { on }: Receiver): boolean {
  return on.includes(outcome) || (warned && on.includes("warned"));
}
