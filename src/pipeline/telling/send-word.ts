import { version } from "../../../package.json";
import { toConsoleError } from "../../core/errors.ts";
import { type Check, check } from "../../core/messages/listings.ts";
import type { Settings } from "../../core/settings.ts";
import { deliver } from "../../outlets/notify/deliver.ts";
import { type Receiver, receiverOf } from "../../outlets/notify/rules.ts";
import { readDataset } from "../session/dataset.ts";

const name = "notifications";

/** A word to whoever is told of runs, as a line of `doctor`. */
export async function sendWord(settings: Settings): Promise<Check> {
  try {
    const dataset = await readDataset(settings);
    const receiver = receiverOf(dataset.notify, process.env);
    if (receiver === null) {
      return check("warn", name, "Nobody is told of runs.", "Set STREAMFLOW_NOTIFY_URL, or notify in the manifest.");
    }
    const why = await deliver(receiver, { event: "test", dataset: dataset.name, console: version });
    return why === null ? check("ok", name, taken(receiver)) : check("fail", name, `${why}.`, remedy(receiver));
  } catch (thrown) {
    const { title, hint } = toConsoleError(thrown);
    return check("fail", name, title, hint);
  }
}

function taken({ url, format, on, secret }: Receiver): string {
  const signed = secret === null ? "" : ", signed";
  return `${URL.parse(url)?.host} took a word, as ${format}${signed}; it is told of ${on.join(", ")}`;
}

function remedy({ secret }: Receiver): string {
  const signature = secret === null ? "" : ", and that it knows STREAMFLOW_NOTIFY_SECRET";
  return `Look whether the address is the right one and reached from here${signature}; then \`doctor --notify\` again.`;
}
