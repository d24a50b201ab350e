// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import { Box, render, Text, useApp, useInput, useIsScreenReaderEnabled, usePaste } from "ink";
import React, { useEffect, useSyncExternalStore } from "react";
import type { Block } from "./components/screen.ts";
import { Rows, Table } from "./components/table.tsx";
import { inputOf } from "./device/input.ts";
import { unicode } from "./drawing/glyphs.ts";
import { gridAsRows } from "./drawing/grid.ts";
import { plainText, type Row } from "./drawing/spans.ts";
import type { Ui } from "./model/model.ts";
import { frame } from "./screens/frame.ts";
import type { Store } from "./store.ts";

/** What ink hands to components alone. */
interface HeldApp {
  app: ReturnType<typeof useApp> | null;
}

/** The whole screen: keys in, the state's lines out. */
function App({ store, held }: { store: Store; held: HeldApp }) {
  const app = useApp();
  useEffect(() => {
    held.app = app;
  }, [app, held]);
  const ui = useSyncExternalStore(store.subscribe, store.shown);
  useInput((text, key) => {
    const input = inputOf(text, key);
    if ("piece" in input) store.dispatch({ type: "piece", text: input.piece });
    else for (const name of input.keys) store.dispatch({ type: "key", key: name });
  });
  usePaste((text) => store.dispatch({ type: "paste", text }));
  // What is read aloud stands below each other.
  if (useIsScreenReaderEnabled()) return <Spoken blocks={frame(narrowed(ui))} />;
  const blocks = frame(ui);
  return (
    <Box flexDirection="column" width={ui.size.columns}>
      {blocks.map((block, index) =>
        Array.isArray(block) ? (
          <Rows key={String(index)} rows={block} look={ui.look} />
        ) : (
          <Table key={String(index)} grid={block} look={ui.look} />
        ),
      )}
    </Box>
  );
}

function narrowed(ui: Ui): Ui {
  return { ...ui, size: { ...ui.size, columns: Math.min(ui.size.columns, 100) } };
}

function Spoken({ blocks }: { blocks: Block[] }) {
  const rows = blocks.flatMap((block) => (Array.isArray(block) ? block : gridAsRows(block, "")));
  return (
    <Box flexDirection="column">
      {spoken(rows).map((text, index) => (
        <Text key={String(index)}>{text}</Text>
      ))}
    </Box>
  );
}

/** Signs as words; those that only shape the picture are left out. */
const words: Record<string, string> = {
  [unicode.ok]: "passed",
  [unicode.fail]: "failed",
  [unicode.unevaluated]: "not evaluated",
  [unicode.warn]: "warning",
  [unicode.none]: "none",
  [unicode.mark]: "marked",
  [unicode.arrow]: "to",
  [unicode.atLeast]: "at least",
  [unicode.atMost]: "at most",
  [unicode.times]: "times",
  [unicode.enter]: "enter",
  [unicode.space]: "space",
  [unicode.up]: "up",
  [unicode.down]: "down",
};

/** The lines as a screen reader is to say them: no rules, bars or columns of blanks, and every sign a word. */
function spoken(rows: readonly Row[]): string[] {
  return rows.flatMap((line) => {
    const text = plainText(line)
      .replace(/[✔✘⊘–●→≥≤×↵␣↑↓]|(?<=\s)!/g, (sign) => ` ${words[sign] ?? ""} `)
      .replace(/[▸·─░…\u2581-\u258f]/gu, " ")
      .replace(/\s+/g, " ")
      .trim();
    if (text === "") return [];
    return [line.selected === true ? `selected: ${text}` : text];
  });
}

/** Takes over the terminal. Ink is told what it would otherwise guess from CI and from whether stdout is a terminal. */
export function mount(store: Store, stdin: NodeJS.ReadStream) {
  const held: HeldApp = { app: null };
  const ink = render(<App store={store} held={held} />, {
    stdin,
    alternateScreen: true,
    exitOnCtrlC: false,
    interactive: true,
    incrementalRendering: true,
    // The store already holds back what comes too often; a key must not wait for its turn.
    maxFps: 500,
  });
  return {
    unmount: ink.unmount,
    /** Rejects when drawing fails. */
    gone: ink.waitUntilExit(),
    /** Gives the terminal away until that is done. */
    lend: async (work: () => Promise<void>) => held.app?.suspendTerminal(work),
  };
}
