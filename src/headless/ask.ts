import type { Replies, RequestKind, RequestOf } from "../core/requests.ts";
import type { Context } from "./command.ts";
import type { View } from "./listings/view.ts";

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
