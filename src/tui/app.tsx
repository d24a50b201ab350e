import { Box, type Instance, render, useInput, usePaste } from "ink";
import { useSyncExternalStore } from "react";
import { frame } from "./components/frame.ts";
import { Rows } from "./components/rows.tsx";
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
  return (
    <Box flexDirection="column" width={ui.size.columns}>
      {frame(ui).map((block, index) =>
        block.kind === "rows" ? (
          <Rows key={String(index)} rows={block.rows} look={ui.look} />
        ) : (
          <Table key={String(index)} grid={block.grid} look={ui.look} />
        ),
      )}
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
    maxFps: 60,
  });
}
