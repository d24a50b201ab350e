import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { ruleCases } from "../helpers/rule-cases.ts";
import { keyedRuleCases } from "../helpers/rule-cases-keyed.ts";
import { largeRuleCases } from "../helpers/rule-cases-large.ts";
import { partitionCases } from "../helpers/rule-cases-partitions.ts";
import { ringCases } from "../helpers/rule-cases-rings.ts";
import { triggerCases } from "../helpers/rule-cases-triggers.ts";
import { expectTold } from "../helpers/rule-told.ts";
import { RuledPlace } from "../helpers/ruled.ts";

/** Whatever a table demands of its rows, a drop that breaks it is told line by line, by check and run alike. */

setDefaultTimeout(120_000);
let place: RuledPlace;
beforeAll(async () => {
  place = await RuledPlace.open();
});
afterAll(() => place.close());

describe("three rows that break", () => {
  for (const one of [
    ...ruleCases,
    ...keyedRuleCases,
    ...largeRuleCases,
    ...ringCases,
    ...triggerCases,
    ...partitionCases,
  ]) {
    test(one.name, () => expectTold(place, one));
  }
});
