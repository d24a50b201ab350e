import { screensAsMarkdown } from "./screens.ts";

/** Puts the screens, drawn from the recorded streams, into the README: `bun run screens`. */

const readme = new URL("../../README.md", import.meta.url);
const begin = "<!-- screens: written by `bun run screens` -->";
const end = "<!-- end of screens -->";

const text = await Bun.file(readme).text();
const from = text.indexOf(begin);
const to = text.indexOf(end);
const screens = await screensAsMarkdown();
if (from < 0 || to < from) {
  console.error(`README.md has no lines "${begin}" and "${end}" to put the screens between; here they are.`);
  console.log(screens);
} else {
  await Bun.write(readme, `${text.slice(0, from + begin.length)}\n\n${screens}\n\n${text.slice(to)}`);
}
