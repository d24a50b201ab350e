import { afterAll, beforeAll, beforeEach } from "bun:test";
import { emptied } from "./database.ts";
import type { DropFolder } from "./drops.ts";
import { type Workplace, workplace } from "./pipeline.ts";

/** A workplace for a file of tests: before each of them without rows and with an empty ledger, and with these drops alone. */
export function emptiedWorkplace(fill: (drops: DropFolder) => void = () => {}): Omit<Workplace, "close"> {
  let place: Workplace;
  beforeAll(async () => {
    place = await workplace();
  });
  afterAll(() => place.close());
  beforeEach(async () => {
    await emptied(place.database.sql);
    place.drops.empty();
    fill(place.drops);
  });
  return {
    get database() {
      return place.database;
    },
    get drops() {
      return place.drops;
    },
    get pipeline() {
      return place.pipeline;
    },
  };
}
