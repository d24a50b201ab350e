import type { MakeCellType } from "./cell-type.ts";

const pattern = /^(?:true|false)$/i;

const meant: Record<string, string> = { yes: "True", y: "True", t: "True", on: "True", "1": "True", "1.0": "True" };
for (const word of ["no", "n", "f", "off", "0", "0.0"]) meant[word] = "False";

export const booleanType: MakeCellType = () => ({
  isText: false,
  pattern,
  within: null,
  explain(value) {
    const word = value.trim().toLowerCase();
    const mended = pattern.test(word) ? (word === "true" ? "True" : "False") : meant[word];
    return {
      code: "not_boolean",
      reason: `not True or False${mended === undefined ? "" : `; did you mean ${mended}?`}`,
    };
  },
});
