import { execFileSync, spawnSync } from 'node:child_process';

const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'ignore' });

/** Why there can be no network of our own here; undefined where there can. */
export function whyNoNetwork(): string | undefined {
  try {
    run('unshare', '--net', 'ip', 'link', 'set', 'lo', 'up');
    return undefined;
  } catch {
    return 'no network namespace can be made here (unshare --net, ip)';
  }
}

const INSIDE = 'TRIAL_IN_ITS_OWN_NETWORK';

/**
 * Starts this process again in a network that ends with it, in which the given addresses are ours and there is
 * nothing else. Undefined: we are in it; else the exit status.
 */
export function inOwnNetwork(addresses: string[]): number | undefined {
  if (process.env[INSIDE] === undefined) {
    const again = ['--net', process.execPath, ...process.argv.slice(1)];
    return (
      spawnSync('unshare', again, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } }).status ?? 1
    );
  }
  run('ip', 'link', 'set', 'lo', 'up');
  for (const address of addresses) run('ip', 'address', 'add', `${address}/32`, 'dev', 'lo');
  return undefined;
}
