import { formatCounted } from "../../core/format.ts";
import { redact } from "../../core/secrets/secrets.ts";
import { clip, displayWidth, padEnd } from "../../core/text.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { stretch } from "../drawing/grid.ts";
import { key } from "../drawing/keys-in-words.ts";
import { indented, plainText, type Row, row, type Span, span, type Tone } from "../drawing/spans.ts";
import type { Overlay, Question, Ui } from "../model/model.ts";
import { reasonAgainst } from "../state/binding.ts";
import { commandsFor } from "../state/commands.ts";
import { type Said, saidRows } from "./said.ts";

/** A line across the screen that begins with what is below it. */
export function rule(ui: Ui, caption: string, tone: Tone = "strong", atEnd = ""): Row {
  const glyphs = glyphsOf(ui.look);
  const width = ui.size.columns - 2 - (atEnd === "" ? 0 : atEnd.length + 1);
  const words = clip(caption, width - 4, glyphs.ellipsis);
  const line = glyphs.rule.repeat(Math.max(0, width - displayWidth(words) - (words === "" ? 0 : 1)));
  const end = atEnd === "" ? [] : [span(` ${atEnd}`, "dim")];
  return { spans: [span(" "), ...(words === "" ? [] : [span(words, tone), span(" ")]), span(line, "dim"), ...end] };
}

/** What an overlay puts at the bottom of the body; nothing for those that have no panel. */
export function panelOf(ui: Ui, height: number): Row[] {
  const { overlay } = ui;
  if (overlay?.kind === "confirm") return confirmPanel(ui, overlay.question, height);
  if (overlay?.kind === "command") return commandPanel(ui, overlay, height);
  return [];
}

function confirmPanel(ui: Ui, { title, body, command, typed }: Question, height: number): Row[] {
  // What is typed is seen in any case; the command that is copied is all of it, or none.
  const told: Said[] = [
    ...body.map((line) => ({ words: plainText(line), tone: line.spans[0]?.tone ?? "plain" })),
    ...(command === undefined ? [] : [{ words: command, tone: "dim" as const, isWhole: true }]),
    ...(typed === undefined ? [] : [{ words: "" }]),
  ];
  const text = span(redact(typed?.text ?? ""), "strong");
  const asked = typed === undefined ? [] : [indented(`Type ${typed.wanted} to go on: `, text, caret(ui))];
  return [rule(ui, title, "warn"), ...saidRows(ui, told, height - 1 - asked.length), ...asked];
}

/** Where the next letter goes: a sign of ours, since the terminal's own cursor is hidden. */
export function caret(ui: Ui) {
  return span(ui.look.unicode ? "▏" : "_", "accent");
}

type CommandLine = Extract<Overlay, { kind: "command" }>;

/** The commands on show, and the columns that each has for its line, and for what it does. */
function choicesOn(ui: Ui, { text, choice }: CommandLine, height: number) {
  const choices = commandsFor(ui, text);
  const { from, to } = stretch(choices.length, choice, Math.max(1, Math.min(8, height - 3)));
  const shown = choices.slice(from, to);
  // The line is what is chosen; what it does has what room is left.
  const widest = Math.max(20, ...shown.map(({ line }) => displayWidth(line)));
  const width = Math.min(widest, Math.floor(ui.size.columns * 0.7));
  return { choices, shown, from, width, rest: ui.size.columns - width - 6 };
}

/** Of the chosen command what the panel has no room for, whole; nothing where it has. */
export function chosenInWords(ui: Ui, overlay: CommandLine, height: number): Span[] {
  const { choices, width, rest } = choicesOn(ui, overlay, height);
  const chosen = choices[overlay.choice];
  if (chosen === undefined) return [];
  const about = reasonAgainst(chosen, ui) ?? chosen.help;
  if (displayWidth(chosen.line) > width) return [span(`${chosen.line}: ${about}`, "dim")];
  return displayWidth(about) > rest ? [span(about, "dim")] : [];
}

function commandPanel(ui: Ui, overlay: CommandLine, height: number): Row[] {
  const { text, choice } = overlay;
  const { cursor, dot, ellipsis } = glyphsOf(ui.look);
  const { choices, shown, from, width, rest } = choicesOn(ui, overlay, height);
  const lines = shown.map((command, index): Row => {
    const selected = from + index === choice;
    const reason = reasonAgainst(command, ui);
    const sign = span(selected ? ` ${cursor} ` : "   ", "accent");
    const line = span(padEnd(clip(command.line, width, ellipsis), width + 2), reason === null ? "plain" : "dim");
    const about = clip(reason ?? command.help, rest, ellipsis);
    return { ...row(sign, line, span(about, "dim")), selected };
  });
  const none = indented(span(`no such command; backspace, or ${key("esc")} to close`, "dim"));
  return [
    rule(ui, `command ${dot} ${choices.length === 0 ? "0" : choice + 1} of ${formatCounted(choices.length, "choice")}`),
    row(" ", span(":", "key"), redact(text), caret(ui)),
    ...(lines.length > 0 ? lines : [none]),
  ];
}
