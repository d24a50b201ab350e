import { ArkErrors } from "../core/arktype.ts";
import { ConsoleError, toConsoleError } from "../core/errors.ts";
import { linesOf } from "../core/lines.ts";
import { Call, Hello, type Message, type WireError } from "../core/requests.ts";
import { cancelled } from "./context.ts";
import { type Service, startService } from "./service.ts";

/**
 * The pipeline subprocess: settings on the first line of stdin, then one call a line; on stdout the events and the
 * answers. It ends when stdin does, after rolling back what was still running.
 */
async function main(): Promise<void> {
  // Ctrl-C reaches the whole foreground group; the front end decides what it means and tells us by a call.
  process.on("SIGINT", () => {});
  const service = await listen();
  process.exitCode = 0;
  await service?.close();
  process.exit();
}

async function listen(): Promise<Service | null> {
  let service: Service | null = null;
  const stop = () => service?.cancel(cancelled("terminated"));
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);
  for await (const line of linesOf(Bun.stdin.stream())) {
    if (service === null) {
      service = startService(checked(Hello(JSON.parse(line))).settings);
    } else {
      void answer(service, checked(Call(JSON.parse(line))));
    }
  }
  service?.cancel(cancelled("interrupted"));
  return service;
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
