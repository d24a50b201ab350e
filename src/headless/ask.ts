import type { Replies, RequestKind, RequestOf } from "../core/messages/requests.ts";
import type { Context, Flag, Values } from "./command.ts";
import { usageError } from "./usage.ts";
import type { View } from "./views/table.ts";

/** Ask the pipeline for something and show its answer; resolves to the exit code. */
export async function ask<Kind extends RequestKind>(
  context: Context,
  request: RequestOf<Kind>,
  loadView: () => Promise<View<Replies[Kind]>>,
): Promise<number> {
  const pipeline = context.start();
  try {
    // The view is loaded while the subprocess starts.
    const [reply, view] = await Promise.all([pipeline.call(request), loadView()]);
    show(view, reply, context);
    return view.exitCode?.(reply) ?? 0;
  } finally {
    await pipeline.close();
  }
}

function show<Reply>(view: View<Reply>, reply: Reply, { output: { out, err }, json, quiet }: Context): void {
  if (json) {
    out.write(`${JSON.stringify(view.json(reply))}\n`);
    return;
  }
  // Made even when nothing is printed: what cannot be shown is an error either way.
  const text = view.text(reply, out);
  if (quiet) return;
  out.write(text);
  const note = view.note?.(reply);
  if (note) err.write(`${note}\n`);
}

export const yes: Flag = { name: "yes", syntax: "--yes", help: "do what cannot be undone" };

/** Go on only when the user has said that this is meant: `would` tells what would be done. */
export function confirm({ yes: sure }: Values, would: string): void {
  if (!sure) throw usageError(would, "Add --yes if that is what you want.");
}
