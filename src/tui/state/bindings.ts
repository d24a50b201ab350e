import type { Binding, Context } from "./binding.ts";
import { commonKeys } from "./keys-everywhere.ts";
import { promptKeys } from "./keys-of-prompts.ts";
import { screenKeys } from "./keys-of-screens.ts";
import type { Ui } from "./model.ts";

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
