/** What is answered without the pipeline: it is asked for often, or before there is anything. */

/** Scripts for shells, and the words that only a folder knows. */
const completionKinds = ["bash", "zsh", "fish", "months", "runs"] as const;
export type CompletionKind = (typeof completionKinds)[number];

export type OwnRequest = { kind: "completion"; of: CompletionKind } | { kind: "manual" };

/** Their lines of the table of commands. */
export const ownCommands = {
  completion: {
    summary:
      "Print what a shell needs to complete the console's words, or the months or runs that there are to complete.",
    parameters: [{ name: "shell", help: "whose script, or `months` or `runs`", choices: completionKinds }],
    examples: {
      "completion bash": "for ~/.local/share/bash-completion/completions/streamflow-console",
      "completion fish": "for ~/.config/fish/completions/streamflow-console.fish",
    },
    request: ({ words: [of] }: { words: readonly string[] }): OwnRequest => ({
      kind: "completion",
      of: completionKinds.find((kind) => kind === of) ?? "bash",
    }),
  },
  manual: {
    summary: "Print this command line as a man page.",
    examples: { manual: "for ~/.local/share/man/man1/streamflow-console.1" },
    request: (): OwnRequest => ({ kind: "manual" }),
  },
};
