type Terminal = { write(text: string): unknown; isTTY?: boolean | undefined };

const WIDTH = 30;
/** A line anew, from its start. */
const ANEW = '\r\u001b[K';
/** Milliseconds between two drawings. */
const PAUSE = 100;

/** A bar at the foot of a terminal; nothing where there is none. */
export function progress(terminal: Terminal, total: number) {
  let done = 0;
  let drawn = 0;
  let shown = false;
  const isShown = terminal.isTTY === true && total > 1;
  return {
    /** Before something else is written. */
    clear(): void {
      if (shown) terminal.write(ANEW);
      shown = false;
    },
    step(bad: number): void {
      done += 1;
      if (!isShown || Date.now() - drawn < PAUSE) return;
      drawn = Date.now();
      shown = true;
      const full = Math.floor((done / total) * WIDTH);
      const bar = `${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}`;
      terminal.write(`${ANEW}[${bar}] ${done} of ${total}, ${bad} with something bad`);
    },
  };
}
