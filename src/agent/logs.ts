import type { Observation } from '../observations/observation.ts';
import { headPrint } from './fingerprint.ts';
import { isPacked, type LogFile, lookAt, nameBeforeRotation, rotatedFrom } from './log-file.ts';
import { headOf, Moved } from './octets.ts';
import { type Place, Reading } from './reading.ts';
import type { Say } from './say.ts';
import type { OpenScanner } from './scanner.ts';

/** Places kept of logs that are not followed now, in case they are again. */
const OTHER_PLACES = 200;

type Candidate = { path: string; log: LogFile; named: boolean };

const CURES: Record<string, string> = {
  ENOENT: 'it is not there (yet)',
  EACCES: 'permission denied; let the agent’s user into the group that may read it (often adm)',
};
const whyOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && CURES[code]) || message;
};

/**
 * The logs of some names, followed over rotation: what was begun is found again by inode or, when it was
 * copied or packed, by what it holds; it is read to its end beside the new one.
 */
export class Logs {
  readonly #paths: string[];
  readonly #openScanner: OpenScanner;
  readonly #say: Say;
  readonly #linger: number;
  /** Being read, by node. */
  readonly #open = new Map<string, Reading>();
  /** Read to the end, or no further: not looked at again. By node, with the birth, since nodes are given out again. */
  readonly #closed = new Map<string, number>();
  /** Places in logs that are not open. */
  #places: Place[];
  #rows: Observation[] = [];
  #arranged = false;

  /** A log that was rotated away is let go when it got no new line for `linger` milliseconds. */
  constructor(given: {
    paths: string[];
    places: Place[];
    openScanner: OpenScanner;
    say: Say;
    linger: number;
  }) {
    this.#paths = [...new Set(given.paths)];
    this.#places = given.places;
    this.#openScanner = given.openScanner;
    this.#say = given.say;
    this.#linger = given.linger;
  }

  /** Reads a piece of each log. Returns the octets read: 0 when nothing is there for now. */
  async read(): Promise<number> {
    if ((!this.#arranged || this.#somethingNew()) && !(await this.#arrange())) return 1;
    let octets = 0;
    for (const reading of [...this.#open.values()]) octets += await this.#readOn(reading);
    return octets;
  }

  /** Whether a last line waits for its end. */
  get unfinished(): boolean {
    return this.#open.values().some((reading) => reading.unfinished);
  }

  /** Rows that were counted since they were last taken. */
  get waiting(): number {
    return this.#open.values().reduce((sum, reading) => sum + reading.waiting, this.#rows.length);
  }

  /** Nothing more will come: what is there counts as it stands. */
  finish(): void {
    for (const reading of [...this.#open.values()]) this.#close(reading);
  }

  /** Rows counted since the last call, and where reading stands after them. */
  take(): { rows: Observation[]; places: Place[] } {
    const rows = [...this.#rows, ...this.#open.values().flatMap((reading) => reading.take())];
    this.#rows = [];
    const places = [...this.#places, ...this.#open.values().map((reading) => reading.place())];
    return { rows, places };
  }

  #somethingNew(): boolean {
    return this.#paths.some((path) => {
      try {
        return this.#isFree(lookAt(path));
      } catch (error) {
        this.#say.trouble(path, `${path} cannot be read: ${whyOf(error)}.`);
        return false;
      }
    });
  }

  async #readOn(reading: Reading): Promise<number> {
    try {
      const octets = await reading.next();
      if (octets === 'replaced') {
        this.#say.line(`${reading.path} was emptied; reading goes on at its start.`);
        this.#letGo(reading);
        this.#arranged = false;
        return 1;
      }
      if (octets === 0 && this.#hasEnded(reading)) this.#close(reading);
      return octets;
    } catch (error) {
      this.#say.trouble(reading.path, `${reading.log.file} cannot be read on: ${whyOf(error)}.`);
      if (isPacked(reading.log.file)) {
        this.#letGo(reading);
        this.#closed.set(reading.log.node, reading.log.born);
      }
      return 0;
    }
  }

  /** Its place stays known. */
  #letGo(reading: Reading): void {
    this.#rows.push(...reading.take());
    this.#places.push(reading.place());
    this.#open.delete(reading.log.node);
    reading.close();
  }

  #close(reading: Reading): void {
    reading.finish();
    if (!reading.isDeleted()) this.#closed.set(reading.log.node, reading.log.born);
    this.#letGo(reading);
  }

  /**
   * A packed log has one end. One that was rotated away may still be written to for a while; the newest of
   * them stays open for as long as it exists, since some servers are never told of the new one.
   */
  #hasEnded(reading: Reading): boolean {
    if (isPacked(reading.log.file)) return true;
    if (reading.idleFor < this.#linger || this.#isCurrent(reading)) return false;
    const newer = this.#open
      .values()
      .filter((other) => other.path === reading.path && other.log.born > reading.log.born);
    return reading.isDeleted() || [...newer].length > 1;
  }

  #isCurrent(reading: Reading): boolean {
    try {
      return lookAt(reading.path).node === reading.log.node;
    } catch {
      return false;
    }
  }

  #candidates(): Candidate[] {
    const named = this.#paths.flatMap((path): Candidate[] => {
      try {
        return [{ path, log: lookAt(path), named: true }];
      } catch (error) {
        this.#say.trouble(path, `${path} cannot be read: ${whyOf(error)}.`);
        return [];
      }
    });
    const rotated = this.#paths.flatMap((path) =>
      rotatedFrom(path).map((log): Candidate => ({ path, log, named: false })),
    );
    const byNode = new Map<string, Candidate>();
    for (const candidate of [...named, ...rotated])
      if (!byNode.has(candidate.log.node)) byNode.set(candidate.log.node, candidate);
    return [...byNode.values()];
  }

  /** Finds for each place its log, then opens what is new. False: names moved meanwhile, so that it is to be tried again. */
  async #arrange(): Promise<boolean> {
    try {
      const candidates = this.#candidates();
      const before = [...this.#places, ...this.#open.values().map((reading) => reading.place())];
      const lost = await this.#findPlaces(candidates);
      const kept = new Set(this.#places.filter((place) => !lost.includes(place)).map((place) => place.node));
      this.#arranged = true;
      await this.#openNew(
        candidates.filter(({ log }) => !kept.has(log.node)),
        before,
      );
      this.#forget(lost);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      this.#arranged = false;
    }
    return this.#arranged;
  }

  /** Returns places whose logs are not there. */
  async #findPlaces(candidates: Candidate[]): Promise<Place[]> {
    const elsewhere: Place[] = [];
    const lost: Place[] = [];
    for (const place of [...this.#places])
      if (!(await this.#findByNode(place, candidates))) elsewhere.push(place);
    for (const place of elsewhere) if (!(await this.#findByContent(place, candidates))) lost.push(place);
    return lost;
  }

  async #openNew(candidates: Candidate[], before: Place[]): Promise<void> {
    const free = candidates.filter(({ log }) => this.#isFree(log));
    for (const candidate of free.filter(({ named }) => named))
      if (!(await this.#isCopy(candidate))) await this.#openAt(candidate);
    // A log that is copied just now, and not emptied yet, is told from its copy by what was read of it.
    for (const reading of [...this.#open.values()]) if (!reading.hasBegun) await this.#readOn(reading);
    for (const candidate of free.filter(({ named }) => !named))
      if (this.#isFree(candidate.log) && (await this.#wasMissed(candidate, before)))
        await this.#openAt(candidate);
  }

  #isFree({ node, born }: LogFile): boolean {
    return !this.#open.has(node) && this.#closed.get(node) !== born;
  }

  async #findByNode(place: Place, candidates: Candidate[]): Promise<boolean> {
    const same = candidates.find(({ log }) => log.node === place.node && !this.#open.has(log.node));
    if (!same) return false;
    const { file, node, born } = same.log;
    // A packed log that was read needs no unpacking to learn that there is nothing more.
    if (place.done && place.born === born && isPacked(file)) this.#closed.set(node, born);
    // Not readable is not lost: the place is kept, and it is tried again.
    return !this.#isFree(same.log) || (await this.#openAt(same, place)) !== 'other';
  }

  async #findByContent(place: Place, candidates: Candidate[]): Promise<boolean> {
    if (place.offset === 0) return false;
    const name = nameBeforeRotation(place.path);
    for (const candidate of candidates)
      if (
        nameBeforeRotation(candidate.log.file) === name &&
        this.#isFree(candidate.log) &&
        (await this.#openAt(candidate, place)) === 'opened'
      )
        return true;
    return false;
  }

  /** Whether a log came and went while nobody looked: made and written to after the last that was seen. */
  async #wasMissed(candidate: Candidate, before: Place[]): Promise<boolean> {
    const { path, log } = candidate;
    const last = before
      .filter((place) => place.path === path)
      .sort((a, b) => a.born - b.born)
      .at(-1);
    const isLater = last && log.born > 0 && log.born >= last.born && log.changed >= last.changed;
    return Boolean(isLater) && !(await this.#isCopy(candidate));
  }

  /** Whether rotation has just copied or packed what is being read under its first name. */
  async #isCopy({ log }: Candidate): Promise<boolean> {
    const name = nameBeforeRotation(log.file);
    if (name === log.file) return false;
    const places = this.#open
      .values()
      .filter((reading) => nameBeforeRotation(reading.path) === name)
      .map((reading) => reading.place());
    try {
      const head = await headOf(log);
      return places.some(({ offset, print }) => offset > 0 && headPrint(head, offset) === print.head);
    } catch (error) {
      if (error instanceof Moved) throw error;
      return true;
    }
  }

  /** Opens a log at its start or at a place, which is bound to it then. `other`: the place is in another log. */
  async #openAt({ path, log }: Candidate, place?: Place): Promise<'opened' | 'other' | 'unreadable'> {
    try {
      const reading = await Reading.open(path, log, this.#openScanner, place);
      if (!reading) return 'other';
      this.#open.set(log.node, reading);
      this.#places = this.#places.filter((one) => one !== place);
      this.#say.over(path, `${path} can be read.`);
      return 'opened';
    } catch (error) {
      if (error instanceof Moved) throw error;
      this.#say.trouble(path, `${log.file} cannot be read: ${whyOf(error)}.`);
      return 'unreadable';
    }
  }

  /** Places in logs that are gone. Those of names that are not followed now are kept for a while. */
  #forget(lost: Place[]): void {
    const isOurs = (place: Place) => this.#paths.includes(place.path);
    for (const { path, done, node } of lost.filter(isOurs))
      if (!done && !this.#open.has(node))
        this.#say.warning(
          `The log that ${path} was when it was last read is gone; lines added to it since are not counted.`,
        );
    const others = lost.filter((place) => !isOurs(place)).slice(-OTHER_PLACES);
    this.#places = this.#places.filter((place) => !lost.includes(place) || others.includes(place));
  }
}
