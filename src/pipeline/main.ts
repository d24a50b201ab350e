import { ArkErrors } from "../core/arktype.ts";
import { ConsoleError, exitCodes, toConsoleError } from "../core/errors.ts";
import { linesOf } from "../core/lines.ts";
import { type Call, Hello, type Message, parseCall, type WireError } from "../core/requests.ts";
import { cancelled } from "./context.ts";
import { type Service, startService } from "./service.ts";

/**
 * The pipeline subprocess: settings on the first line of stdin, then one call a line; on stdout the events and the
 * answers. It ends when stdin does, after rolling back what was still running.
 */
async function main(): Promise<void> {
  const lines = linesOf(Bun.stdin.stream());
  const hello = await lines.next();
  if (hello.done) return;
  const service = startService(checked(Hello(JSON.parse(hello.value))).settings);
  obeySignals(service);
  for await (const line of lines) void answer(service, checked(parseCall(JSON.parse(line))));
  await leave(service, "interrupted", exitCodes.done);
}

function obeySignals(service: Service): void {
  // Ctrl-C reaches the whole foreground group; the front end decides what it means and tells us by a call.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) {
    process.on(signal, () => void leave(service, "terminated", exitCodes.terminated));
  }
}

/** Roll back what is under way, let go of the database, and end. */
async function leave(service: Service, why: "interrupted" | "terminated", exitCode: number): Promise<void> {
  service.cancel(cancelled(why));
  await service.close();
  process.exit(exitCode);
}

function checked<Value>(value: Value | ArkErrors): Value {
  if (!(value instanceof ArkErrors)) return value;
  throw new ConsoleError("internal", `The front end asked for something unknown: ${value.summary}`, {
    hint: "This is a defect of the console: please report it.",
  });
}

async function answer(service: Service, { id, request }: Call): Promise<void> {
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

await main();
