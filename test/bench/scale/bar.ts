type Terminal = { write(text: string): unknown; isTTY?: boolean | undefined };

const WIDTH = 30;
const ANEW = '\r\u001b[K';

/** Is told how far a build is: `done` of all work. */
export type Bar = {
  at(done: number, name: string): void;
  finished(done: number, name: string, stepMs: number): void;
  end(): void;
};

/** How far a build is: a bar that moves on a terminal; elsewhere a line for each step that is done. */
export function buildBar(terminal: Terminal, total: number): Bar {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
  return {
    at(done: number, name: string): void {
      if (!terminal.isTTY) return;
      const full = Math.floor((done / total) * WIDTH);
      const bar = `${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}`;
      terminal.write(`${ANEW}[${bar}] ${Math.floor((100 * done) / total)} % ${name}, ${seconds()} s`);
    },
    finished(done: number, name: string, stepMs: number): void {
      if (terminal.isTTY) this.at(done, name);
      else
        terminal.write(
          `${`${Math.floor((100 * done) / total)} %`.padStart(6)} ${name} (${(stepMs / 1000).toFixed(1)} s)\n`,
        );
    },
    end(): void {
      if (terminal.isTTY) terminal.write(ANEW);
    },
  };
}
