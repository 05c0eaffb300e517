import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Who asks in the trials. */
export const HARBOUR = {
  name: 'Harbour Hosting',
  website: 'https://harbour.example.com',
  contactName: 'Jonas Weber',
  contactEmail: 'postmaster@harbour.example.com',
  sendingDomains: ['harbour.example.com'],
};

/** Runs a command of the desk's, and answers what it prints. */
export const command = (args: string[], environment: Record<string, string>, input = ''): string =>
  execFileSync(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...environment },
    input,
    encoding: 'utf8',
  }).trim();

/** The desk's API; an answer that is not 2xx is thrown. */
export const apiOf =
  (url: string, token: string) =>
  async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };

export type Agent = {
  stop: (signal: NodeJS.Signals) => Promise<number | null>;
  exit: Promise<number | null>;
};

/** The log agent as an operator starts it. `tell` gets what it says. */
export function startAgent(
  args: string[],
  environment: Record<string, string>,
  tell: (words: string) => void,
): Agent {
  const child: ChildProcess = spawn(process.execPath, [CLI, 'ingest', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => tell(text.trim()));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return {
    exit,
    stop: (signal) => {
      child.kill(signal);
      return exit;
    },
  };
}
