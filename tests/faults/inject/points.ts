import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { codeOf } from "../../../src/core/errors.ts";
import { type Deed, goFile, metFile, type Plan, planVariable, pointsFile } from "./plan.ts";

/** The points that this process has come by, and what is to happen at one of them. */
class Points {
  #count = 0;
  readonly #plan: Plan;
  readonly #pattern: RegExp | null;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#pattern = typeof plan.at === "string" ? new RegExp(plan.at) : null;
  }

  /**
   * Called before each thing that may go wrong, with what it is in words. Does not return where the process is to be
   * killed; else tells what is to be done there, null for nothing. Points that cannot meet a deed are not counted for it.
   * `before` is called where something happens, first.
   */
  reach(what: string, deeds: readonly Deed[], before: () => void = () => {}): Deed | null {
    const { deed, at } = this.#plan;
    if (deed === "record") {
      appendFileSync(pointsFile(this.#plan), `${++this.#count} ${what}\n`);
      return null;
    }
    if (!deeds.includes(deed)) return null;
    this.#count++;
    const isHere = this.#pattern === null ? this.#count === at : this.#pattern.test(what);
    if (!isHere || !this.#isFirst(what)) return null;
    before();
    if (deed === "kill") process.kill(process.pid, "SIGKILL");
    return deed;
  }

  /** Resolves when what is held may go on. */
  async released(): Promise<void> {
    while (!existsSync(goFile(this.#plan))) await Bun.sleep(2);
  }

  /** It happens once, in whichever process of the console comes by. */
  #isFirst(what: string): boolean {
    try {
      writeFileSync(metFile(this.#plan), `${this.#count} ${what}`, { flag: "wx" });
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw error;
    }
  }
}

const said = process.env[planVariable];

/** Null in processes that no plan is for. */
export const points = said === undefined ? null : new Points(JSON.parse(said) as Plan);

export function madeToFail(what: string): Error {
  return new Error(`made to fail at ${what.slice(0, 80)}`);
}

/** Comes by a point before something that can wait and can fail. */
export async function passing(what: string): Promise<void> {
  const deed = points?.reach(what, ["kill", "throw", "hold"]);
  if (deed === "throw") throw Object.assign(new Error(`EIO: i/o error, ${what}`), { code: "EIO" });
  if (deed === "hold") await points?.released();
}
