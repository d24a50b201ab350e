import type { RunEvent } from "../../src/core/messages/events.ts";
import { glyphsOf } from "../../src/tui/drawing/glyphs.ts";
import { gridAsRows } from "../../src/tui/drawing/grid.ts";
import { plainText } from "../../src/tui/drawing/spans.ts";
import { beginning } from "../../src/tui/model/beginning.ts";
import type { OwnWishes, TypedLine } from "../../src/tui/model/known.ts";
import type { Effect, Message, Place, Reply, Size, Ui } from "../../src/tui/model/model.ts";
import { update } from "../../src/tui/reduce.ts";
import { frame } from "../../src/tui/screens/frame.ts";
import { answerOf } from "./fake-answers.ts";
import { madeUpNow } from "./made-up.ts";
import type { Scenario } from "./scenarios.ts";

export interface SessionOptions {
  size?: Size;
  unicode?: boolean;
  /** The folder of the drops, and what a command needs to mean it. */
  data?: string;
  flags?: string;
  /** Keys of one's own. */
  own?: OwnWishes;
  /** What the command line can. */
  lines?: readonly TypedLine[];
  /** Events of the run that the session asks for. */
  events?: RunEvent[];
  /** The run stays open after its last event. */
  hold?: boolean;
  /** Nothing is answered from the beginning. */
  isDown?: boolean;
}

/** A session without a terminal: keys in, the text of the screen out, at a time that stands still. */
export class Session {
  #ui: Ui;
  readonly effects: Effect[] = [];
  readonly #scenario: Scenario;
  readonly #options: SessionOptions;
  /** Whatever is asked is refused, as where the database does not answer. */
  isDown: boolean;

  constructor(scenario: Scenario, options: SessionOptions = {}) {
    this.#scenario = scenario;
    this.#options = options;
    this.isDown = options.isDown ?? false;
    this.#ui = beginning({
      size: options.size ?? { columns: 80, rows: 24 },
      look: { theme: "dark", depth: "none", unicode: options.unicode ?? true },
      now: madeUpNow,
      data: options.data ?? "data/seeds",
      flags: options.flags ?? "",
      ...(options.own && { own: options.own }),
      ...(options.lines && { lines: options.lines }),
    });
    this.send({ type: "tick" });
  }

  get ui(): Ui {
    return this.#ui;
  }

  send(message: Message): this {
    const [next, effects] = update(this.#ui, message, madeUpNow);
    this.#ui = next;
    for (const effect of effects) this.#perform(effect);
    return this;
  }

  /** Go to a screen without the keys that lead there. */
  open(place: Place): this {
    this.#ui = { ...this.#ui, stack: [this.#ui.stack[0], place] };
    return this.send({ type: "tick" });
  }

  press(...keys: string[]): this {
    for (const key of keys) this.send({ type: "key", key });
    return this;
  }

  type(text: string): this {
    return this.press(...[...text].map((letter) => (letter === " " ? "space" : letter)));
  }

  /** The screen as plain text, a line a row: what a person reads. */
  text(): string {
    return Session.textOf(this.#ui);
  }

  static textOf(ui: Ui): string {
    const { ellipsis } = glyphsOf(ui.look);
    return frame(ui)
      .flatMap((block) => (Array.isArray(block) ? block : gridAsRows(block, ellipsis)))
      .map(plainText)
      .join("\n");
  }

  #perform(effect: Effect): void {
    this.effects.push(effect);
    if (effect.do === "ask") {
      const { request } = effect;
      const result = this.isDown ? null : answerOf(this.#scenario, request);
      if (result === null)
        this.send({ type: "refused", request, title: "There is no such thing.", hint: "Look elsewhere." });
      else this.send({ type: "reply", reply: { request, result } as Reply });
    }
    if (effect.do === "run") {
      for (const event of this.#options.events ?? []) this.send({ type: "event", event });
      if (this.#options.hold !== true) this.send({ type: "ended", exit_code: 0 });
    }
  }
}
