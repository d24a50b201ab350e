import { glyphsOf } from "../drawing/glyphs.ts";
import type { OwnKeys } from "../drawing/keys-in-words.ts";
import { type Row, type Span, span, widthOf } from "../drawing/spans.ts";
import type { Ui } from "../model/model.ts";
import { type Binding, type Context, contextOf, isQuiet, labelOf, reasonAgainst } from "../state/binding.ts";
import { commonKeys, promptKeys } from "../state/keys.ts";
import { remember } from "../tools/remember.ts";
import { columnKeys } from "./column.ts";
import { columnsKeys } from "./columns.ts";
import { monthsKeys } from "./months.ts";
import { runKeys } from "./run.ts";
import { runsKeys } from "./runs.ts";
import { snapshotsKeys } from "./snapshots.ts";
import { trendKeys } from "./trend.ts";
import { validationKeys } from "./validation.ts";

/** Every key of the console: dispatch, footer and help are all drawn from this table. */
export const bindings: readonly Binding[] = [
  ...monthsKeys,
  ...runKeys,
  ...validationKeys,
  ...trendKeys,
  ...runsKeys,
  ...snapshotsKeys,
  ...columnsKeys,
  ...columnKeys,
  ...commonKeys,
  ...promptKeys,
];

/** The table with the keys that are in force. */
export const bindingsInForce = remember(
  (keys: OwnKeys) => [keys],
  (keys) => bindings.map((binding) => ({ ...binding, keys: binding.keys.flatMap((usual) => keys[usual] ?? [usual]) })),
);

export function bindingsOf(context: Context, keys: OwnKeys = usualKeys): Binding[] {
  return bindingsInForce(keys).filter(({ on }) => on.includes(context));
}

const usualKeys: OwnKeys = {};

/** The key as it is written in footer and help. */
export function keyName(key: string, ui: Ui): string {
  const { enter, space, up, down } = glyphsOf(ui.look);
  const signs: Record<string, string> = { enter, space, up, down };
  return signs[key] ?? key;
}

/** Always shown, and in this order. */
const atTheEnd = ["back", "help"];

/** The keys that do something here, as many as fit. What does nothing now is in brackets, and comes after all that does. */
export function footer(ui: Ui): Row {
  const items = bindingsOf(contextOf(ui), ui.own.keys)
    .filter((binding) => binding.keys.length > 0 && !isQuiet(binding, ui))
    .map((binding) => item(binding, ui))
    .sort((one, other) => Number(one.isIdle) - Number(other.isIdle));
  const last = atTheEnd.flatMap((label) => items.filter((one) => one.label === label));
  const end = last.flatMap(({ spans }, index) => [...(index > 0 ? [span("  ")] : []), ...spans]);
  const room = ui.size.columns - 2 - widthOf(end);
  const shown: Span[] = [span(" ")];
  for (const { label, spans } of items) {
    if (atTheEnd.includes(label) || widthOf(shown) + widthOf(spans) + 2 > room) continue;
    shown.push(...spans, span("  "));
  }
  return { spans: [...shown, ...end] };
}

function item(binding: Binding, ui: Ui): { label: string; isIdle: boolean; spans: Span[] } {
  const name = keyName(binding.keys[0] ?? "", ui);
  const label = labelOf(binding, ui);
  const isIdle = reasonAgainst(binding, ui) !== null;
  return {
    label,
    isIdle,
    spans: isIdle ? [span(`(${name} ${label})`, "dim")] : [span(name, "key"), span(` ${label}`)],
  };
}
