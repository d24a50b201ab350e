import { isDeepStrictEqual } from "node:util";
import type { RunEvent } from "../../../src/core/messages/events.ts";
import type { RunRequest } from "../../../src/core/messages/requests.ts";
import { judgeAdopt } from "./adoption.ts";
import { judgeExport, judgeRetire, judgeVerify } from "./answers.ts";
import { type Bench, monthsOf } from "./bench.ts";
import type { Command, Months, Replacing } from "./commands.ts";
import {
  type Delivery,
  extraColumn,
  extraTable,
  lastDay,
  type Rewriting,
  rewritten,
  withExtra,
  writeDelivery,
} from "./deliveries.ts";
import { layHand } from "./hands.ts";
import { hold } from "./hold.ts";
import { Model } from "./model.ts";
import { judgeRuns } from "./runs.ts";
import { lastMonth, lastStamp, look, type Sight, standingDates } from "./sight.ts";

/** One sequence: its commands carried out one by one, each held against the model. */
export class Play {
  readonly #at: Bench;
  readonly #model: Model;
  #sight: Sight;
  /** How often what came about, for whoever wants to know what the sequences reach. */
  readonly #tally: Map<string, number>;

  constructor(at: Bench, months: readonly number[], sight: Sight, tally: Map<string, number>) {
    this.#at = at;
    this.#model = new Model(months);
    this.#sight = sight;
    this.#tally = tally;
  }

  async perform(command: Command): Promise<void> {
    switch (command.do) {
      case "run":
        await this.#run(command);
        break;
      case "rewrite":
        this.#rewrite(command);
        break;
      case "drop":
        await this.#drop(command.pick);
        break;
      case "adopt":
        await this.#adopt(command.confirmed);
        break;
      case "export":
        await this.#export(command);
        break;
      case "lose the ledger":
        await this.#loseLedger(command.by);
        break;
      case "hand":
        await this.#hand(command.hand);
    }
    this.#model.rememberSeals(this.#sight);
    const session = await this.#session();
    if (session !== null) await judgeVerify(session, this.#model, this.#sight);
  }

  /** Whatever happened: the next month can be published, unless a later stamp or rows of no known run stand in its way. */
  async end(): Promise<void> {
    await this.#hand({ hand: "drop the column" });
    const days = [
      ...standingDates(this.#sight).map(({ asOf }) => asOf),
      ...this.#sight.seals.map((seal) => seal.as_of),
    ];
    if (this.#model.mayRefuse || days.some((day) => day >= lastStamp)) return this.#count("end: cannot");
    this.#rewrite({ do: "rewrite", month: lastMonth, rewriting: { how: "same" } });
    const { failed } = await this.#run({ months: lastMonth, flags: {}, replacing: null });
    hold("goesOn", failed === undefined, () => `${failed?.code}: ${failed?.title} ${JSON.stringify(failed?.faults)}`);
    this.#model.rememberSeals(this.#sight);
  }

  #count(what: string): void {
    this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1);
  }

  /** Null when the schema is one that no console works with. */
  async #session() {
    return this.#at.session().catch(() => null);
  }

  async #run({ months, flags, replacing }: Pick<Extract<Command, { do: "run" }>, "months" | "flags" | "replacing">) {
    const before = this.#sight;
    const files = new Map(this.#model.disk);
    let isDone = false;
    let replaced = false;
    const onEvent = (event: RunEvent) => {
      if (replacing === null || isDone || typeof months !== "number") return;
      if (event.event !== "stage.started" || event.stage !== replacing.stage) return;
      const was = this.#model.files(months).get(replacing.table);
      this.#replace(months, replacing);
      isDone = true;
      // One of the same size and time that says the same is as good.
      const is = this.#model.files(months).get(replacing.table);
      replaced = replacing.how !== "disguised" || !isDeepStrictEqual(is, was);
    };
    const ended = await this.#at.run(selectionOf(months), flags, onEvent);
    this.#sight = await look(this.#at.database.sql);
    const backfill = flags.backfill ?? false;
    for (const { status, mode } of ended.finished)
      this.#count(`run: ${status}${status === "published" ? ` ${mode}` : ""}`);
    if (ended.failed !== undefined) this.#count(`run: ${ended.failed.code} ${ended.failed.faults?.[0]?.code ?? ""}`);
    const fileOf = (month: number): Delivery => files.get(month) ?? new Map();
    judgeRuns(this.#model, { ended, before, after: this.#sight, files: fileOf, backfill, replaced });
    return ended;
  }

  #replace(month: number, { table, how }: Replacing): void {
    const before = this.#model.files(month);
    const file = new Map([[table, this.#rewritten(month, { how }).get(table) ?? new Map()]]);
    writeDelivery(this.#at.drops, month, file, how === "disguised");
    this.#model.disk.set(month, new Map([...before, ...file]));
  }

  #rewrite({ month: one, rewriting }: Extract<Command, { do: "rewrite" }>): void {
    for (const month of one === "each" ? [...this.#model.disk.keys()] : [one]) {
      const files = this.#rewritten(month, rewriting);
      writeDelivery(this.#at.drops, month, files, rewriting.how === "disguised");
      this.#model.disk.set(month, files);
    }
  }

  /** An export has the columns that the live table has, once it is made anew. */
  #rewritten(month: number, rewriting: Rewriting): Delivery {
    const version = this.#model.nextVersion(month);
    const files = rewritten(this.#model.files(month), month, version, rewriting);
    const [row] = this.#sight.live.get(extraTable)?.values() ?? [];
    const isThere = row !== undefined && extraColumn in row;
    return isThere && rewriting.how !== "same" ? withExtra(files, version) : files;
  }

  #dayAt(pick: number): string {
    const days = [...new Set(standingDates(this.#sight).map(({ asOf }) => asOf))].sort();
    return days[pick % days.length] ?? lastDay(0);
  }

  async #drop(pick: number): Promise<void> {
    const session = await this.#session();
    if (session === null) return;
    const again = () => look(this.#at.database.sql);
    const before = this.#sight;
    this.#sight = await judgeRetire(session, this.#dayAt(pick), before, again);
    this.#model.dropped(before, this.#sight);
    this.#count("drop");
  }

  async #adopt(confirmed: boolean): Promise<void> {
    const session = await this.#session();
    if (session === null) return;
    const again = () => look(this.#at.database.sql);
    const before = this.#sight;
    this.#sight = await judgeAdopt(session, confirmed, { before, files: this.#model.disk, lookAgain: again });
    this.#count(this.#sight.seals.length > before.seals.length ? "adopt: sealed" : "adopt: looked");
  }

  async #export({ pick, labels }: Extract<Command, { do: "export" }>): Promise<void> {
    const session = await this.#session();
    if (session === null) return;
    const labelsFrom = labels === null ? null : this.#dayAt(labels);
    const wish = { as_of: this.#dayAt(pick), labels_from: labelsFrom, out: `${this.#at.drops.path}/training.csv` };
    const isDone = await judgeExport(session, this.#model, this.#sight, wish);
    this.#count(isDone ? "export: done" : "export: refused");
  }

  async #loseLedger(by: "truncate" | "drop schema"): Promise<void> {
    const { sql } = this.#at.database;
    if (by === "truncate") await sql`truncate console.runs, console.seals, console.lifted_seals cascade`;
    else {
      await sql`drop schema console cascade`;
      await this.#at.leave();
      await this.#session();
    }
    this.#sight = await look(sql);
    this.#model.othersWereHere(this.#sight, { evidence: true, ledger: true });
    this.#count("ledger lost");
  }

  async #hand(hand: Extract<Command, { do: "hand" }>["hand"]): Promise<void> {
    const { sql } = this.#at.database;
    await layHand(sql, hand, this.#sight, (month) => this.#model.files(month));
    // A program that is started after the schema changed has it as it is now.
    if (hand.hand === "add a column" || hand.hand === "drop the column") await this.#at.leave();
    this.#sight = await look(sql);
    const evidence = ["truncate live", "delete", "freeze live rows", "run the older flow"].includes(hand.hand);
    this.#model.othersWereHere(this.#sight, { evidence });
  }
}

function selectionOf(months: Months): RunRequest["selection"] {
  if (months === "pending" || months === "all") return { every: months };
  return months === "0..1" ? { months: [months] } : monthsOf(months);
}
