import { Box, type Instance, render, useInput, useIsScreenReaderEnabled, usePaste } from "ink";
import { useSyncExternalStore } from "react";
import { type Block, gridAsRows } from "./components/block.ts";
import { frame } from "./components/frame.ts";
import { Line, Rows } from "./components/rows.tsx";
import { spoken } from "./components/spoken.ts";
import { Table } from "./components/table.tsx";
import { inputOf } from "./keys.ts";
import type { Store } from "./store.ts";

/** The whole screen: keys in, the state's lines out. */
export function App({ store }: { store: Store }) {
  const ui = useSyncExternalStore(store.subscribe, store.shown);
  useInput((text, key) => {
    const input = inputOf(text, key);
    if ("pasted" in input) store.dispatch({ type: "paste", text: input.pasted });
    else for (const name of input.keys) store.dispatch({ type: "key", key: name });
  });
  usePaste((text) => store.dispatch({ type: "paste", text }));
  const blocks = frame(ui);
  if (useIsScreenReaderEnabled()) return <Spoken blocks={blocks} />;
  return (
    <Box flexDirection="column" width={ui.size.columns}>
      {blocks.map((block, index) =>
        block.kind === "rows" ? (
          <Rows key={String(index)} rows={block.rows} look={ui.look} />
        ) : (
          <Table key={String(index)} grid={block.grid} look={ui.look} />
        ),
      )}
    </Box>
  );
}

function Spoken({ blocks }: { blocks: Block[] }) {
  const rows = blocks.flatMap((block) => (block.kind === "rows" ? block.rows : gridAsRows(block.grid, "")));
  return (
    <Box flexDirection="column">
      {spoken(rows).map((text, index) => (
        <Line key={String(index)} text={text} />
      ))}
    </Box>
  );
}

/** Takes over the terminal. Ink is told what it would otherwise guess from CI and from whether stdout is a terminal. */
export function mount(store: Store): Instance {
  return render(<App store={store} />, {
    alternateScreen: true,
    exitOnCtrlC: false,
    interactive: true,
    incrementalRendering: true,
    // The store already holds back what comes too often; a key must not wait for its turn.
    maxFps: 500,
  });
}
