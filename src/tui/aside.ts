import { mouseReports, titleKept, titleSequence, windowTitle } from "./device/announce.ts";
import type { Store } from "./store.ts";

/** The window's title and the mouse, while the terminal is ours. The Linux console has neither. */
export function tellAside(store: Store) {
  const isAble = process.env.TERM !== "linux" && process.env.INK_SCREEN_READER !== "true";
  const write = (text: string) => void (isAble && process.stdout.write(text));
  let told = "";
  const tell = () => {
    const title = windowTitle(store.shown());
    if (title === told) return;
    told = title;
    write(titleSequence(title));
  };
  const begin = () => {
    write(titleKept.save);
    if (store.latest().choices.mouse !== false) write(mouseReports.on);
    told = "";
    tell();
  };
  begin();
  const stop = store.subscribe(tell);
  return {
    begin,
    pause: () => write(mouseReports.off + titleKept.restore),
    end: stop,
  };
}
