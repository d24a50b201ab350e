import { basename } from "node:path";
import type { Fault, FaultCode } from "../../core/faults.ts";
import { describeGroup } from "../../core/messages/fault-words.ts";
import type { FileSuggestion, SettingEvidence } from "../../core/messages/suggestions.ts";
import { dialectOf, plainDialect, whyNotWritten } from "../../core/written/dialect.ts";
import type { Written, WrittenSetting } from "../../core/written/settings.ts";
import type { CellType } from "../cells/cell-type.ts";
import { writtenTypeOf } from "../cells/written-types.ts";
import { faultsOf } from "../parts/open.ts";
import type { TableSource } from "../source.ts";
import { type Reading, type Step, steps } from "./steps.ts";

type Found = Omit<FileSuggestion, "table" | "path">;

/** How often all kinds of settings are gone through: what one of them mends lets others be seen. */
const rounds = 3;
/** With one of these no row is looked at. */
const unread: readonly FaultCode[] = ["delimiter", "header_missing", "not_csv", "other_table"];
/** Ways to write values for which the file is read as a whole, after its first faults were held against all of them. */
const mostRead = 8;

/** What a file is written in, by what is wrong with it as the manifest has it: the fewest settings that mend it. */
export async function suggestFor(source: TableSource): Promise<Found> {
  const search = new Search(source);
  let reading = await search.read({});
  for (let round = 0; round < rounds && reading.count > 0; round++) {
    const before = reading.count;
    for (const [place, step] of steps.entries()) reading = await search.take(place, step, reading);
    if (reading.count === before && round > 0) break;
  }
  const { written, evidence, undecided } = search;
  return { written, evidence, undecided, left: reading.count, first: reading.first };
}

interface Looked extends Reading {
  first: string | null;
}

class Search {
  written: Written = {};
  readonly evidence: SettingEvidence[] = [];
  readonly undecided: FileSuggestion["undecided"] = [];

  constructor(readonly source: TableSource) {}

  /** What is wrong with the file once this is said, too. */
  async read(more: Written): Promise<Looked> {
    const written = this.#with(more);
    const tallies = await faultsOf({ ...this.source, written });
    const groups = tallies.flatMap((tally) => tally.groups);
    const counts = new Map<FaultCode, number>();
    for (const { code, count } of groups) counts.set(code, (counts.get(code) ?? 0) + count);
    const [group] = groups;
    return {
      count: tallies.reduce((sum, { count }) => sum + count, 0),
      faults: tallies.flatMap(({ listed }) => listed),
      counts,
      first: group === undefined ? null : describeGroup(group),
    };
  }

  /** Takes the setting that mends most of what it is for, if one does and no other could be meant. */
  async take(place: number, step: Step, reading: Looked): Promise<Looked> {
    const mine = reading.faults.filter(({ code }) => step.codes.includes(code));
    const [first] = mine;
    if (first === undefined) return reading;
    const fitting = this.#fitting(step, mine, step.candidates(reading, this.#source()));
    let best: { written: Written; looked: Looked; cost: number } | null = null;
    const known = steps.slice(0, place + 1).flatMap(({ codes }) => codes);
    const costOf = ({ counts }: Reading) => {
      const mended = [...counts].reduce((sum, [code, count]) => sum + (known.includes(code) ? count : 0), 0);
      // Of a file without a header nothing else is known.
      return (
        mended + (unread.some((code) => known.includes(code) && counts.has(code)) ? Number.MAX_SAFE_INTEGER / 2 : 0)
      );
    };
    for (const written of step.isOfValues ? fitting.slice(0, mostRead) : fitting) {
      const looked = await this.read(written);
      const cost = costOf(looked);
      if (cost < (best?.cost ?? costOf(reading))) best = { written, looked, cost };
    }
    if (best === null) return reading;
    const other = step.isOfValues ? this.#other(best.written, fitting, mine) : null;
    if (other !== null) {
      if (this.undecided.length === 0) this.undecided.push({ one: best.written, ...other });
      return reading;
    }
    this.#adopt(best.written, first);
    return best.looked;
  }

  #adopt(written: Written, { file, line, column, value, reason }: Fault): void {
    this.written = { ...this.written, ...written };
    for (const [setting, chosen] of Object.entries(written)) {
      const [bare = reason] = reason.split(
        /; (?:did you mean|it may be|the manifest accepts)|,? and the manifest accepts/,
      );
      const isOther = file !== basename(this.source.path);
      const place = {
        ...(isOther && { file }),
        ...(line !== undefined && { line }),
        ...(column !== undefined && { column }),
      };
      const cell = value === undefined ? {} : { cell: value };
      this.evidence.push({ setting: setting as WrittenSetting, value: chosen, ...place, ...cell, reason: bare });
    }
  }

  /** Those that can be, best first: of values, by how many of the cells that were refused they accept. */
  #fitting(step: Step, faults: readonly Fault[], candidates: readonly Written[]): Written[] {
    const sound = candidates.filter((one) => whyNotWritten(this.#with(one)) === null);
    if (!step.isOfValues) return sound;
    const scored = sound.map((written) => ({
      written,
      score: faults.filter((fault) => this.#says(written, fault) !== null).length,
    }));
    const most = Math.max(0, ...scored.map(({ score }) => score));
    return scored.filter(({ score }) => score > 0 && score === most).map(({ written }) => written);
  }

  /** Another candidate that accepts as much, and has a cell be something else. */
  #other(chosen: Written, fitting: readonly Written[], faults: readonly Fault[]) {
    for (const other of fitting) {
      const differs = faults.find((fault) => {
        const [one, another] = [this.#says(chosen, fault), this.#says(other, fault)];
        return one !== null && another !== null && one !== another;
      });
      if (differs !== undefined) return { other, cell: differs.value ?? "" };
    }
    return null;
  }

  /** What a refused cell would be; null where it would be refused all the same. */
  #says(written: Written, { column: name, value = "" }: Fault): string | null {
    const column = this.source.shape.columns.find((one) => one.name === name);
    if (column === undefined) return null;
    const dialect = this.#with(written);
    const text = dialect.trim === "none" ? value : value.trim();
    const type: CellType = writtenTypeOf(column, this.source.dates, dialect);
    if (!type.pattern.test(text) || type.within?.(text) === false) return null;
    return type.plain?.(text) ?? text;
  }

  #with(more: Written) {
    return dialectOf(this.source.written ?? plainDialect, this.written, more);
  }

  #source(): TableSource {
    return { ...this.source, written: this.#with({}) };
  }
}
