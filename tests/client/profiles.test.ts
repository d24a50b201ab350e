import { expect, test } from "bun:test";
import { binInWords, endsInWords, placeOf } from "../../src/client/profiles.ts";

test("days and times have their place on an axis, as PostgreSQL writes them", () => {
  const places: [text: string, iso: string][] = [
    ["2024-03-01", "2024-03-01T00:00:00Z"],
    ["2024-03-01 06:30:00", "2024-03-01T06:30:00Z"],
    ["2024-03-01 06:30:00.125", "2024-03-01T06:30:00.125Z"],
    ["2024-03-01 06:30:00+00", "2024-03-01T06:30:00Z"],
    ["2024-03-01 06:30:00-08", "2024-03-01T14:30:00Z"],
    ["2024-03-01 06:30:00+05:30", "2024-03-01T01:00:00Z"],
  ];
  for (const [text, iso] of places) expect([text, placeOf("time", text)]).toEqual([text, Date.parse(iso)]);
  for (const nowhere of ["infinity", "-infinity", "0044-03-15 BC"]) expect(placeOf("time", nowhere)).toBeNull();
});

test("a bin that holds all beyond the edges says where it begins, and not where it ends", () => {
  const bins = [
    { from: 0, to: 1, share: 0.2, open: "below" as const },
    { from: 1, to: 2, share: 0.3 },
    { from: 2, to: 3, share: 0.5, open: "above" as const },
  ];
  expect(bins.map((bin) => binInWords(bin, String))).toEqual(["below 1", "1 to 2", "2 and above"]);
  expect(endsInWords(bins, String)).toEqual({ low: "< 1", high: "≥ 2" });
  expect(endsInWords(bins.slice(1, 2), String)).toEqual({ low: "1", high: "2" });
});
