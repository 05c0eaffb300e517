import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Pace } from '../../src/agent/pace.ts';
import { type FakeDesk, TOKEN } from './desk.fixture.ts';

const SCRIPT = fileURLToPath(new URL('./agent-process.fixture.ts', import.meta.url));

/** A hurried agent: tests wait for what happens and not for the time. */
export const HURRY: Pace = {
  look: 10,
  gather: 30,
  gatherWhileAway: 60,
  between: 1,
  retry: 10,
  longestRetry: 50,
  tokenRefused: 50,
  linger: 60_000,
  stop: 5000,
  summary: 60_000,
};

/** Waits for as long as the whole test may last. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(5);
}

export type AgentProcess = {
  child: ChildProcess;
  /** What it has said so far. */
  said: () => string;
  exit: Promise<number | null>;
  end: (signal: NodeJS.Signals) => Promise<number | null>;
};

export function startAgent(
  t: Test,
  desk: Pick<FakeDesk, 'url'>,
  args: string[],
  more: { pace?: Partial<Pace>; environment?: Record<string, string>; closeInput?: boolean } = {},
): AgentProcess {
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: {
      DELIST_DESK_URL: desk.url,
      DELIST_DESK_TOKEN: TOKEN,
      TEST_PACE: JSON.stringify({ ...HURRY, ...more.pace }),
      ...more.environment,
    },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  // A killed agent's standard input is closed.
  child.stdin.on('error', () => undefined);
  if (more.closeInput) child.stdin.end();
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exit;
  };
  t.teardown(() => end('SIGKILL'));
  return { child, said: () => said, exit, end };
}
