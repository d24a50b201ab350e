import { here, type Size, type Ui } from "../model/model.ts";
import type { Binding, Context } from "./binding.ts";
import { commonKeys, promptKeys } from "./keys.ts";
import { screenKeys } from "./keys-of-screens.ts";

/** The least that the screens can be drawn on. */
export const smallest: Size = { columns: 60, rows: 15 };

export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < smallest.columns || rows < smallest.rows;
}

export function contextOf(ui: Ui): Context {
  if (isTooSmall(ui.size)) return "small";
  const { overlay } = ui;
  if (overlay === null) return here(ui).screen;
  if (overlay.kind === "confirm") return overlay.question.typed === null ? "confirm" : "typed";
  return overlay.kind === "help" && overlay.typing ? "helpFilter" : overlay.kind;
}

/** Every key of the console: dispatch, footer and help are all drawn from this table. */
export const bindings: readonly Binding[] = [...screenKeys, ...commonKeys, ...promptKeys];

/** The binding that a key means in a context, disabled or not. */
export function bindingOf(key: string, context: Context): Binding | undefined {
  return bindings.find((binding) => binding.on.includes(context) && binding.keys.includes(key));
}

export function bindingsOf(context: Context): Binding[] {
  return bindings.filter((binding) => binding.on.includes(context));
}

/** Why the key does nothing now; null when it does. */
export function reasonAgainst(binding: Binding, ui: Ui): string | null {
  return binding.disabled?.(ui) ?? null;
}

/** The binding's word in the footer, as things stand. */
export function labelOf({ label }: Binding, ui: Ui): string {
  return typeof label === "string" ? label : label(ui);
}
