/**
 * Runs the test files named as arguments in this one process, one after the other: what a file needs loaded, compiled
 * and started serves the next ones, which takes a third of the time that a process for each would.
 *
 * To a file nothing is different: its `tap` is a subtest that bears its name, and what it changed of the environment
 * is put back when it ends.
 */
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Test } from 'tap';

// Taken from where tap looks for a name for the whole, of which it makes names of folders.
const files = process.argv.splice(2);
const { default: tap } = await import('tap');

const SCHEME = 'tap-of:';
const testOf = new Map<string, Test>();
Object.assign(globalThis, { testOfFile: testOf });

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'tap' && testOf.has(context.parentURL ?? '')
      ? { url: SCHEME + context.parentURL, format: 'module', shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url.startsWith(SCHEME)
      ? {
          source: `export default testOfFile.get(${JSON.stringify(url.slice(SCHEME.length))});`,
          format: 'module',
          shortCircuit: true,
        }
      : next(url, context),
});

function putBack(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
}

/** Milliseconds that a file may take; the process is ended when it is stuck beyond those of all. */
const timeout = Number(process.env['TAP_TIMEOUT'] ?? 120) * 1000;

tap.setTimeout(timeout * (files.length + 1));
for (const file of files) {
  const url = pathToFileURL(resolve(file)).href;
  tap.test(file, { timeout }, async (t) => {
    const environment = { ...process.env };
    t.teardown(() => putBack(environment));
    testOf.set(url, t);
    await import(url);
  });
}
