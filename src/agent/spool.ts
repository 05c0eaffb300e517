import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Batch, MOST_ROWS, type Observation } from '../observations/observation.ts';
import { writeWhole } from './atomic-file.ts';
import type { Place } from './reading.ts';

/** One request to the desk: sent again, it has the same key and the same content. */
export type Part = { key: string; batch: Batch };

/** What was counted between two places in the logs. */
export type Entry = { parts: Part[]; places: Place[] };

type State = { last: number; places: Place[] };
type Waiting = { number: number; bytes: number };

/** Web servers before a desk often take no more than a megabyte. */
const MOST_OCTETS = 900_000;

const numberOf = (name: string): number => Number(/^(\d{12})\.json$/.exec(name)?.[1] ?? 0);

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function parsed(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file} is damaged: move it away`);
  }
}

/** A part as it was set aside; none where the file is not whole. */
function refusedPart(file: string): { file: string; part: Part }[] {
  try {
    const { key, batch } = parsed(file) as Part;
    return typeof key === 'string' && Array.isArray(batch.observations)
      ? [{ file, part: { key, batch } }]
      : [];
  } catch {
    return [];
  }
}

/** Two halves of a part, with keys that follow from its own. */
export function halvesOf({ key, batch }: Part): Part[] {
  const middle = Math.ceil(batch.observations.length / 2);
  return [batch.observations.slice(0, middle), batch.observations.slice(middle)].map(
    (observations, index) => ({
      key: `${key}.${index + 1}`,
      batch: { source: batch.source, observations },
    }),
  );
}

/** Cuts rows into batches, in their order. */
function partsOf(key: string, source: string, rows: Observation[]): Part[] {
  const parts: Part[] = [];
  let size = 0;
  for (const row of rows) {
    const octets = Buffer.byteLength(JSON.stringify(row)) + 1;
    const last = parts.at(-1)?.batch.observations;
    if (last && last.length < MOST_ROWS && size + octets <= MOST_OCTETS) {
      last.push(row);
      size += octets;
      continue;
    }
    parts.push({ key: `${key}-${parts.length + 1}`, batch: { source, observations: [row] } });
    size = octets;
  }
  return parts;
}

/**
 * What was counted and is not yet acknowledged, on disk. An entry holds its batches together with the places
 * that reading has come to, so that both are there or neither is: a line is in a batch or is read again.
 */
export class Spool {
  readonly #folder: string;
  readonly #limit: number;
  readonly #write: typeof writeWhole;
  /** Unlike any other start's, so that no key ever comes again, not even out of a backup of this folder. */
  readonly #keys = randomBytes(9).toString('base64url');
  #waiting: Waiting[];
  #setAside: number;
  #last: number;
  readonly places: Place[];

  /** `limit` in octets. Throws what the file system does, and on a state that is not ours. */
  constructor(folder: string, limit: number, write = writeWhole) {
    this.#folder = folder;
    this.#limit = limit;
    this.#write = write;
    for (const name of ['spool', 'spool/refused'])
      mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    const state = this.#readState();
    const files = readdirSync(join(folder, 'spool'));
    for (const name of files.filter((name) => name.endsWith('.new'))) rmSync(join(folder, 'spool', name));
    const numbers = files
      .map(numberOf)
      .filter((number) => number > 0)
      .sort((a, b) => a - b);
    // The state is written before an entry goes: what it covers was acknowledged.
    for (const number of numbers.filter((number) => number <= state.last)) rmSync(this.#file(number));
    this.#waiting = numbers
      .filter((number) => number > state.last)
      .map((number) => ({ number, bytes: statSync(this.#file(number)).size }));
    this.#setAside = sizeOf(join(folder, 'spool', 'refused'));
    const newest = this.#waiting.at(-1);
    this.#last = newest?.number ?? state.last;
    this.places = newest ? this.read(newest.number).places : state.places;
    this.#tryAgain();
  }

  /**
   * What the desk would not have is sent once more at each start, under its old key: a clock may have been set
   * since, or the desk have learned.
   */
  #tryAgain(): void {
    const folder = join(this.#folder, 'spool', 'refused');
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const found = files.map((name) => join(folder, name)).flatMap(refusedPart);
    if (found.length === 0) return;
    const parts = found.map(({ part }) => part);
    const number = this.#last + 1;
    try {
      const bytes = this.#put(number, { parts, places: this.places });
      this.#last = number;
      this.#waiting.push({ number, bytes });
    } catch {
      // The disk may be full; it stays where it is for the next start.
      return;
    }
    for (const { file } of found) rmSync(file);
    this.#setAside = sizeOf(folder);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get oldest(): number | undefined {
    return this.#waiting[0]?.number;
  }

  get isFull(): boolean {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes, this.#setAside) >= this.#limit;
  }

  /** Throws when it cannot be written; then nothing of it is there. */
  add(source: string, rows: Observation[], places: Place[]): void {
    const number = this.#last + 1;
    const entry: Entry = { parts: partsOf(`${this.#keys}-${number}`, source, rows), places };
    const bytes = this.#put(number, entry);
    this.#last = number;
    this.#waiting.push({ number, bytes });
  }

  read(number: number): Entry {
    return parsed(this.#file(number)) as Entry;
  }

  /** Other parts in an entry's stead. */
  replace(number: number, entry: Entry): void {
    const bytes = this.#put(number, entry);
    this.#waiting = this.#waiting.map((one) => (one.number === number ? { number, bytes } : one));
  }

  /** Everything in an entry was acknowledged. */
  settle(number: number): void {
    // A later entry has later places.
    if (this.#waiting.at(-1)?.number === number) this.#writeState(number, this.read(number).places);
    rmSync(this.#file(number), { force: true });
    this.#waiting = this.#waiting.filter((one) => one.number !== number);
  }

  /** Keeps what the desk will not have, with its answer. Returns the file. */
  setAside(part: Part, answer: string): string {
    const file = join(this.#folder, 'spool', 'refused', `${part.key}.json`);
    const text = `${JSON.stringify({ ...part, answer }, null, 2)}\n`;
    this.#write(file, text);
    this.#setAside += Buffer.byteLength(text);
    return file;
  }

  #file(number: number): string {
    return join(this.#folder, 'spool', `${String(number).padStart(12, '0')}.json`);
  }

  #put(number: number, entry: Entry): number {
    const text = JSON.stringify(entry);
    this.#write(this.#file(number), text);
    return Buffer.byteLength(text);
  }

  #readState(): State {
    try {
      return parsed(join(this.#folder, 'state.json')) as State;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { last: 0, places: [] };
      throw error;
    }
  }

  #writeState(last: number, places: Place[]): void {
    const state: State = { last, places };
    this.#write(join(this.#folder, 'state.json'), JSON.stringify(state));
  }
}
