import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another living process holds the embedded database. */
export class DatabaseInUse extends Error {
  override name = 'DatabaseInUse';
}

type Owner = { pid: number; started: string };

/** When a process started, in clock ticks since boot (proc(5), field 22); empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(owner: Owner): boolean {
  if (owner.pid === process.pid) return owner.started !== '' && owner.started === startOf(process.pid);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // A pid is given out again after a restart; the start time tells the two processes apart.
  const started = startOf(owner.pid);
  return owner.started === '' || started === '' || started === owner.started;
}

function readOwner(file: string): Owner | undefined {
  try {
    const [pid, started = ''] = readFileSync(file, 'utf8').trim().split(' ');
    return pid && Number.isInteger(Number(pid)) ? { pid: Number(pid), started } : { pid: 0, started: '' };
  } catch {
    return undefined;
  }
}

const same = (a: Owner, b: Owner | undefined) => a.pid === b?.pid && a.started === b.started;

/** Moves a dead owner's lock away; if a living process took the lock in between, puts it back. */
function clearDead(file: string, dead: Owner): void {
  const aside = `${file}.dead-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (!same(dead, readOwner(aside))) {
    try {
      linkSync(aside, file);
    } catch {
      // Somebody else has the lock by now; the next try will say who.
    }
  }
  rmSync(aside, { force: true });
}

/**
 * Takes the lock of a data directory: two processes on one PGlite directory corrupt it.
 * A dead owner's lock is taken over, a living one's never. Returns the release.
 * Throws {@link DatabaseInUse} with the owner's pid.
 */
export function takeLock(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'lock');
  const own = `${file}.${process.pid}`;
  writeFileSync(own, `${process.pid} ${startOf(process.pid)}\n`);
  try {
    for (let tries = 0; tries < 5; tries++) {
      try {
        // A link either appears whole or not at all, so that nobody ever reads half a lock.
        linkSync(own, file);
        return () => {
          if (readOwner(file)?.pid === process.pid) rmSync(file, { force: true });
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = readOwner(file);
      if (owner && isAlive(owner)) {
        throw new DatabaseInUse(
          `${dataDir} is in use by process ${owner.pid}. Stop it first, or set DATA_DIR to another folder ` +
            'or DATABASE_URL to a PostgreSQL server, which any number of processes may share.',
        );
      }
      if (owner) clearDead(file, owner);
    }
    throw new DatabaseInUse(
      `${dataDir}: several processes are fighting for this folder. Start one at a time.`,
    );
  } finally {
    rmSync(own, { force: true });
  }
}
