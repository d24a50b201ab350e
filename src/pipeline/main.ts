import { exitCodeOfSignal, exitCodes, toConsoleError } from "../core/errors.ts";
import {
  type Call,
  type Hello,
  linesOf,
  type Message,
  parseCall,
  parseSettings,
  protocol,
} from "../core/messages/requests.ts";
import { learnSecrets, redacted } from "../core/secrets/secrets.ts";
import { die, dieOfDefects } from "./die.ts";
import { type Service, startService } from "./service.ts";
import { cancelled } from "./stages/cancel.ts";

/** Not `process.stdout`, which has a good part of Node's streams loaded for it. */
const out = Bun.stdout.writer();

/**
 * The pipeline subprocess: settings on the first line of stdin, then one call a line; on stdout the events and the
 * answers. It ends when stdin does, after rolling back what was still running.
 */
async function main(): Promise<void> {
  send({ protocol });
  const lines = linesOf(Bun.stdin.stream());
  const hello = await lines.next();
  if (hello.done) return;
  const said: Hello = JSON.parse(hello.value);
  const isOurs = said.protocol === protocol;
  const settings = isOurs ? said.settings : parseSettings(said.settings);
  learnSecrets([settings.database ?? ""], process.env);
  // Variables that libpq knows, and their kin, are meant for other servers, and the driver reads them, too.
  const meantForOthers =
    settings.database === null ? Object.keys(process.env).filter((name) => name.startsWith("PG")) : [];
  for (const name of meantForOthers) delete process.env[name];
  const service = startService(settings, (notice, trouble) => send({ notice, ...(trouble && { trouble }) }));
  // For us alone: whoever does something in our place must outlive us.
  delete process.env.BUN_FEATURE_FLAG_NO_ORPHANS;
  // Ctrl-C reaches the whole foreground group; the front end decides what it means and tells us by a call.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void leave(service, "terminated", exitCodeOfSignal[signal]));
  }
  const answers = new Set<Promise<void>>();
  for await (const line of lines) {
    const call: Call = isOurs ? JSON.parse(line) : parseCall(JSON.parse(line));
    const answering = answer(service, call).catch(die);
    answers.add(answering);
    void answering.finally(() => answers.delete(answering));
  }
  service.cancel(cancelled("interrupted"));
  // What was asked last may not have been begun.
  await Promise.all(answers);
  await leave(service, "interrupted", exitCodes.done);
}

/** Roll back what is under way, let go of the database, and end. */
async function leave(service: Service, why: "interrupted" | "terminated", exitCode: number): Promise<void> {
  service.cancel(cancelled(why));
  await service.close();
  process.exit(exitCode);
}

async function answer(service: Service, { id, request }: Call): Promise<void> {
  try {
    const result = await service.serve(request, (event) => send({ id, event }));
    send({ id, result });
  } catch (thrown) {
    const { code, title, hint, faults, faultCount: fault_count } = toConsoleError(thrown);
    send({ id, error: { code, title, hint, faults, fault_count } });
  }
}

function send(message: Message): void {
  out.write(`${JSON.stringify(redacted(message))}\n`);
  // When nobody is there to hear it, there is nobody to work for.
  Promise.resolve(out.flush()).catch(die);
}

dieOfDefects();
void main().catch(die);
