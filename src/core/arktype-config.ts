import { configure } from "arktype/config";

// Compiling validators costs more at start-up than it saves on the few messages we check:
// interpreting them halves the time until the first line is on screen.
configure({ jitless: true });
