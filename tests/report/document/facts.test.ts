import { expect, test } from "bun:test";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Facts } from "../../../src/report/document/parts.tsx";

test("a value that would make a tower of its column has a line of its own", () => {
  const drawn = (value: string) => renderToStaticMarkup(createElement(Facts, { facts: [["Lowest", value]] }));
  expect(drawn("x".repeat(200))).toContain('class="long"');
  expect(drawn("subscriptions_profile_snapshots")).not.toContain("long");
});
