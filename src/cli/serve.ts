import { serve } from '../serve.ts';
import type { Environment, Io } from './io.ts';

export const USE = `Use: serve [--demo]

Starts the server, as npm start does. --demo: over a throw-away database with made-up incidents.
`;

/** The `serve` command: goes on until the process is asked to stop. */
export async function serveCommand(args: string[], _io: Io, environment: Environment): Promise<undefined> {
  await serve(environment, { demo: args.includes('--demo') });
}
