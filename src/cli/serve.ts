import { serve } from '../serve.ts';
import { refuse } from './bad-use.ts';
import type { Environment, Io } from './io.ts';

export const USE = `Use: serve [--demo]

Starts the server, as npm start does. --demo: over a throw-away database with made-up incidents.
`;

/** The `serve` command: goes on until the process is asked to stop. */
export async function serveCommand(
  args: string[],
  io: Io,
  environment: Environment,
): Promise<number | undefined> {
  const unknown = args.find((one) => one !== '--demo');
  if (unknown !== undefined) return refuse(io, `serve: unknown option ${unknown}\n${USE}`);
  await serve(environment, { demo: args.includes('--demo') });
  return undefined;
}
