import { scenario } from "./scenarios.ts";
import { Session } from "./session.ts";
import { readStream } from "./streams.ts";

/** The screens that the README shows, by title: which recorded run, and the keys that lead there. */
const shown: { title: string; stream: string; keys: string[]; hold?: boolean }[] = [
  { title: "Months, the home screen", stream: "published", keys: [] },
  { title: "A run going on", stream: "halfway", keys: ["r", "enter"], hold: true },
  {
    title: "Its expectations, failures first, down to the line of the file",
    stream: "rejected",
    keys: ["r", "enter", "v"],
  },
  {
    title: "A column, this month over the month before, and over all months",
    stream: "rejected",
    keys: ["r", "enter", "v", "c"],
  },
  { title: "Snapshots by date", stream: "published", keys: ["s", "space"] },
];

/** Each screen as text at 80×24 under its title, empty lines at its end left out. */
export async function screensAsMarkdown(): Promise<string> {
  const parts: string[] = [];
  for (const { title, stream, keys, hold = false } of shown) {
    const session = new Session(scenario(stream), { events: await readStream(stream), hold });
    parts.push(`**${title}**\n\n\`\`\`text\n${withoutGaps(session.press(...keys).text())}\n\`\`\``);
  }
  return parts.join("\n\n");
}

/** No more than one empty line in a row. */
function withoutGaps(text: string): string {
  return text.replace(/\n{3,}/g, "\n\n").trimEnd();
}
