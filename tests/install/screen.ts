import { openScreen } from "../helpers/terminal.ts";

/** Opens the terminal UI that a line of bash starts, waits for its months, prints what is shown and leaves by `q`. */
const screen = openScreen(["bash", "-c", process.argv[2] ?? ""], { env: process.env as Record<string, string> });
await screen.shows("month_000");
console.log(screen.text());
screen.type("q");
process.exit(await screen.exited);
