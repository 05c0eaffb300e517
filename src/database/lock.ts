import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another living process holds the folder. */
export class FolderInUse extends Error {
  override name = 'FolderInUse';
}

const ANOTHER_DATABASE =
  'set DATA_DIR to another folder or DATABASE_URL to a PostgreSQL server, which any number of processes may share';

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
  // Half a lock, which a power cut left: nobody living writes one.
  if (owner.pid === 0) return false;
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
    const [, pid = '0', started = ''] =
      /^([1-9]\d{0,9})(?: (\d{1,20}))?$/.exec(readFileSync(file, 'utf8').trim()) ?? [];
    return { pid: Number(pid), started };
  } catch {
    return undefined;
  }
}

const same = (a: Owner, b: Owner | undefined) => a.pid === b?.pid && a.started === b.started;

/**
 * Makes `file` a link to our own lock, clearing a dead owner's away. Returns who holds it instead:
 * undefined when we do, pid 0 when it changed hands all the time.
 */
function hold(own: string, file: string): Owner | undefined {
  for (let tries = 0; tries < 5; tries++) {
    try {
      // A link either appears whole or not at all, so that nobody ever reads half a lock.
      linkSync(own, file);
      return undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(file);
    if (!owner) continue;
    const other = isAlive(owner) ? owner : clearDead(own, file, owner);
    if (other) return other;
  }
  return { pid: 0, started: '' };
}

/**
 * Removes a dead owner's lock. Between reading a lock and removing it, another process may have cleared it
 * and taken its place; so only who holds the claim on that one dead owner may look again and remove.
 */
function clearDead(own: string, file: string, dead: Owner): Owner | undefined {
  const claim = `${file}.after-${dead.pid}-${dead.started}`;
  const other = hold(own, claim);
  if (other) return other;
  try {
    if (same(dead, readOwner(file))) rmSync(file);
  } finally {
    rmSync(claim);
  }
  return undefined;
}

/**
 * Takes the lock of a folder that belongs to one process at a time: two on one PGlite directory corrupt it.
 * A dead owner's lock is taken over, a living one's never. Returns the release.
 * Throws {@link FolderInUse} with the owner's pid; `instead` says what to do but stop that process.
 */
export function takeLock(folder: string, instead = ANOTHER_DATABASE): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'lock');
  const own = `${file}.${process.pid}`;
  // One that a killed process of the same pid left may still be linked to its lock: never write into it.
  rmSync(own, { force: true });
  writeFileSync(own, `${process.pid} ${startOf(process.pid)}\n`);
  try {
    const other = hold(own, file);
    if (!other)
      return () => {
        if (readOwner(file)?.pid === process.pid) rmSync(file, { force: true });
      };
    throw new FolderInUse(
      other.pid === 0
        ? `${folder}: several processes are fighting for this folder. Start one at a time.`
        : `${folder} is in use by process ${other.pid}. Stop it first, or ${instead}.`,
    );
  } finally {
    rmSync(own, { force: true });
  }
}
