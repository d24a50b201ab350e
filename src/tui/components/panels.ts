import { formatCounted } from "../../core/format.ts";
import { clip, displayWidth, escapeControl, padEnd } from "../../core/text.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { blank, type Row, row, span, type Tone } from "../drawing/spans.ts";
import type { Overlay, Question, Ui } from "../model/model.ts";
import { commandsFor } from "../state/commands.ts";

/** A line across the screen that begins with what is below it. */
export function rule(ui: Ui, caption: string, tone: Tone = "strong"): Row {
  const glyphs = glyphsOf(ui.look);
  const width = ui.size.columns - 2;
  const words = clip(caption, width - 4, glyphs.ellipsis);
  const line = glyphs.rule.repeat(Math.max(0, width - displayWidth(words) - (words === "" ? 0 : 1)));
  return { spans: [span(" "), ...(words === "" ? [] : [span(words, tone), span(" ")]), span(line, "dim")] };
}

/** What an overlay puts at the bottom of the body; nothing for those that have no panel. */
export function panelOf(ui: Ui, height: number): Row[] {
  const { overlay } = ui;
  if (overlay?.kind === "confirm") return confirmPanel(ui, overlay.question).slice(0, height);
  if (overlay?.kind === "command") return commandPanel(ui, overlay, height);
  return [];
}

function confirmPanel(ui: Ui, question: Question): Row[] {
  const { typed } = question;
  const asked: Row[] =
    typed === null
      ? []
      : [blank, row("   ", `Type ${typed.wanted} to go on: `, span(escapeControl(typed.text), "strong"), caret(ui))];
  return [
    rule(ui, question.title, "warn"),
    ...question.body.map((line) => ({ spans: [span("   "), ...line.spans] })),
    ...asked,
  ];
}

/** Where the next letter goes: a sign of ours, since the terminal's own cursor is hidden. */
export function caret(ui: Ui) {
  return span(ui.look.unicode ? "▏" : "_", "accent");
}

function commandPanel(ui: Ui, overlay: Extract<Overlay, { kind: "command" }>, height: number): Row[] {
  const choices = commandsFor(ui, overlay.text);
  const room = Math.max(1, Math.min(8, height - 3));
  const from = Math.max(0, Math.min(overlay.choice - Math.floor(room / 2), choices.length - room));
  const { cursor } = glyphsOf(ui.look);
  const lines = choices.slice(from, from + room).map((command, index): Row => {
    const chosen = from + index === overlay.choice;
    const name = padEnd(clip(command.line, 30), 32);
    const help = command.disabled ?? command.help;
    return {
      spans: [
        span(chosen ? ` ${cursor} ` : "   ", "accent"),
        span(name, command.disabled === null ? "plain" : "dim"),
        span(help, "dim"),
      ],
      selected: chosen,
    };
  });
  const none = row("   ", span("no such command; backspace, or esc to close", "dim"));
  return [
    rule(ui, `command · ${formatCounted(choices.length, "choice")}`.replace("·", glyphsOf(ui.look).dot)),
    row(" ", span(":", "key"), escapeControl(overlay.text), caret(ui)),
    ...(lines.length > 0 ? lines : [none]),
  ];
}
