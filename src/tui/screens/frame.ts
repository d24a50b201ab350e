import { escapeControl } from "../../core/text.ts";
import { type Block, gridAsRows, heightOf } from "../components/block.ts";
import { footer } from "../components/footer.ts";
import { caret, panelOf, rule } from "../components/panels.ts";
import { glyphsOf } from "../drawing/glyphs.ts";
import { clipSpans, plainText, type Row, row, type Span, span, spread, wrap } from "../drawing/spans.ts";
import { here, refusalOf, type Ui } from "../model/model.ts";
import { isTooSmall, smallest } from "../state/bindings.ts";
import { screenOf } from "./screen.ts";

/** The whole screen, exactly as many lines as the terminal has. */
export function frame(ui: Ui): Block[] {
  if (isTooSmall(ui.size)) return [rowsBlock(tooSmall(ui))];
  const height = ui.size.rows - 4;
  const panel = panelOf(ui, height - 2);
  const area = { width: ui.size.columns, height: height - panel.length };
  const screen = screenOf(ui, area);
  const { ellipsis } = glyphsOf(ui.look);
  const top = [
    spread([span(" "), ...screen.title], [...screen.right, span(" ")], ui.size.columns, ellipsis),
    rule(ui, screen.caption),
  ];
  const used = screen.body.reduce((sum, block) => sum + heightOf(block), 0);
  const filling: Row[] = Array.from({ length: Math.max(0, area.height - used) }, () => ({ spans: [] }));
  const blocks = [rowsBlock(top), ...screen.body, rowsBlock([...filling, ...panel, statusLine(ui), footer(ui)])];
  return blocks.map((block) => clipped(block, ui.size.columns, ellipsis));
}

/** No line may be longer than the terminal is wide, whatever the data holds. */
function clipped(block: Block, width: number, ellipsis: string): Block {
  if (block.kind === "table") return block;
  return rowsBlock(block.rows.map((line) => ({ ...line, spans: clipSpans(line.spans, width, ellipsis) })));
}

function rowsBlock(rows: Row[]): Block {
  return { kind: "rows", rows };
}

/** The line above the footer: what is being typed, what was just said, what is wrong, which filter is on. */
function statusLine(ui: Ui): Row {
  return { spans: [span(" "), ...statusWords(ui)] };
}

function statusWords(ui: Ui): Span[] {
  const { filter } = here(ui).list;
  if (ui.overlay?.kind === "filter") return [span("/", "key"), span(escapeControl(filter)), caret(ui)];
  if (ui.notice !== null) return [span(ui.notice.text, ui.notice.tone)];
  if (ui.link.state === "dead") return [span(deathWords(ui.link.exit), "bad")];
  const trouble = refusalOf(ui, { kind: "months" });
  if (trouble !== null) return [span(`${escapeControl(trouble.title)} ${escapeControl(trouble.hint)}`, "bad")];
  return filter === "" ? [] : [span(`filter: ${escapeControl(filter)}  `, "accent"), span("esc clears it", "dim")];
}

function deathWords({
  exitCode,
  signal,
  lastWords,
}: {
  exitCode: number | null;
  signal: string | null;
  lastWords: string;
}): string {
  const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
  const words = lastWords.trim().split("\n").at(-1) ?? "";
  return `The pipeline ended ${how}; ctrl-r starts it again.${words === "" ? "" : ` Its last words: ${escapeControl(words)}`}`;
}

function tooSmall({ size }: Ui): Row[] {
  const words = `${size.columns}x${size.rows} is too small: the console needs ${smallest.columns}x${smallest.rows}. Enlarge the terminal, or q leaves.`;
  const rows = wrap(words, size.columns, size.rows).map((line) => row(line));
  return [...rows, ...Array.from({ length: Math.max(0, size.rows - rows.length) }, () => row(""))];
}

/** The screen as plain text, a line a row: what a person reads, for tests and documentation. */
export function frameText(ui: Ui): string {
  const { ellipsis } = glyphsOf(ui.look);
  return frame(ui)
    .flatMap((block) => (block.kind === "rows" ? block.rows : gridAsRows(block.grid, ellipsis)))
    .map(plainText)
    .join("\n");
}
