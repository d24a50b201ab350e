import { type ConsoleError, exitCodeOfSignal, exitCodes, toConsoleError } from "../core/errors.ts";
import { linesOf } from "../core/messages/basics.ts";
import type { Message, WireError } from "../core/messages/requests.ts";
import { areSettings } from "../core/settings.ts";
import { cancelled } from "./run/context.ts";
import { type Service, startService } from "./service.ts";

/**
 * The pipeline subprocess: settings on the first line of stdin, then one call a line; on stdout the events and the
 * answers. It ends when stdin does, after rolling back what was still running.
 */
async function main(): Promise<void> {
  const lines = linesOf(Bun.stdin.stream());
  const hello = await lines.next();
  if (hello.done) return;
  const { settings } = JSON.parse(hello.value);
  if (!areSettings(settings)) throw new Error("The front end did not say where things are.");
  // They are meant for other servers, and the driver reads them, too.
  if (settings.database === null) forgetVariables();
  const service = startService(settings, (notice) => send({ notice }));
  obeySignals(service);
  const answers = new Set<Promise<void>>();
  for await (const line of lines) {
    const answering = answer(service, JSON.parse(line)).catch(die);
    answers.add(answering);
    void answering.finally(() => answers.delete(answering));
  }
  service.cancel(cancelled("interrupted"));
  // What was asked last may not have been begun.
  await Promise.all(answers);
  await leave(service, "interrupted", exitCodes.done);
}

/** Variables that libpq knows, and their kin. */
function forgetVariables(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("PG")) delete process.env[name];
}

function obeySignals(service: Service): void {
  // Ctrl-C reaches the whole foreground group; the front end decides what it means and tells us by a call.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void leave(service, "terminated", exitCodeOfSignal[signal]));
  }
}

/** A defect, such as a call that is none: nothing is said any more but why. The server rolls back what was open. */
function die(thrown: unknown): never {
  process.stderr.write(`${toConsoleError(thrown).title}\n`);
  process.exit(exitCodes.failure);
}

/** Roll back what is under way, let go of the database, and end. */
async function leave(service: Service, why: "interrupted" | "terminated", exitCode: number): Promise<void> {
  service.cancel(cancelled(why));
  await service.close();
  process.exit(exitCode);
}

async function answer(service: Service, said: unknown): Promise<void> {
  await service.prepare(said);
  const { parseCall } = await import("../core/messages/requests.ts");
  const { id, request } = parseCall(said);
  try {
    const result = await service.serve(request, (event) => send({ id, event }));
    send({ id, result });
  } catch (thrown) {
    send({ id, error: toWire(toConsoleError(thrown)) });
  }
}

function send(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function toWire({ code, title, hint, faults, faultCount }: ConsoleError): WireError {
  return { code, title, hint, faults, fault_count: faultCount };
}

await main().catch(die);
