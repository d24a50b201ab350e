import { afterAll, expect, setSystemTime, test } from "bun:test";
import { silently, waitFor } from "../../src/postgres/embedded/waiting.ts";

afterAll(() => void setSystemTime());

test("a wait ends in its time, also when the clock is set back meanwhile", async () => {
  let looks = 0;
  const never = () => {
    setSystemTime(Date.now() - 3_600_000);
    looks++;
    return null;
  };
  expect(await waitFor(never, { patienceMs: 50, what: () => "nothing" }, silently)).toBeNull();
  expect(looks).toBeGreaterThan(1);
});
