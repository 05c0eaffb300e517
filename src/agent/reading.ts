import type { Observation } from '../observations/observation.ts';
import type { Print } from './fingerprint.ts';
import type { LogFile } from './log-file.ts';
import { type Opened, openOctets } from './octets.ts';
import { type OpenScanner, type Scanner, takeAll } from './scanner.ts';

/** How far a log has been read; always behind a line's end. */
export type Place = {
  /** The name by which the log is followed; it may have another by now. */
  path: string;
  node: string;
  offset: number;
  print: Print;
  born: number;
  changed: number;
  /** Read to the end and not written to any more. */
  done: boolean;
};

/** One log that is being read. */
export class Reading {
  readonly path: string;
  readonly log: LogFile;
  readonly #opened: Opened;
  readonly #scanner: Scanner;
  #read: number;
  #offset: number;
  #changed: number;
  #done = false;
  #lastRead = performance.now();

  private constructor(path: string, log: LogFile, opened: Opened, offset: number, scanner: Scanner) {
    this.path = path;
    this.log = log;
    this.#opened = opened;
    this.#scanner = scanner;
    this.#read = offset;
    this.#offset = offset;
    this.#changed = log.changed;
  }

  /** From the start, or from a place; undefined when that place is not in this log. Throws as `openOctets`. */
  static async open(
    path: string,
    log: LogFile,
    openScanner: OpenScanner,
    place?: Place,
  ): Promise<Reading | undefined> {
    const opened = await openOctets(log, place);
    if (!opened) return undefined;
    const scanner = openScanner(log.file);
    // Earlier lines say what later ones mean; they were counted when they were read.
    scanner.push(opened.earlier);
    takeAll(scanner);
    return new Reading(path, log, opened, place?.offset ?? 0, scanner);
  }

  /** Reads on: how many octets, or `replaced` when the file holds other things than those that were read. */
  async next(): Promise<number | 'replaced'> {
    // Before reading: afterwards it may be the time at which the log was emptied.
    const changed = this.#opened.octets.changed();
    const chunk = await this.#opened.octets.next();
    if (chunk === 'replaced') return chunk;
    if (!chunk) return 0;
    this.#lastRead = performance.now();
    this.#changed = Math.max(this.#changed, changed);
    const lineEnd = chunk.lastIndexOf(0x0a) + 1;
    this.#opened.fingerprint.add(chunk, lineEnd);
    if (lineEnd > 0) this.#offset = this.#read + lineEnd;
    this.#read += chunk.length;
    this.#scanner.push(chunk);
    return chunk.length;
  }

  /** Milliseconds in which nothing was there to read. */
  get idleFor(): number {
    return performance.now() - this.#lastRead;
  }

  get hasBegun(): boolean {
    return this.#read > 0;
  }

  /** Whether something stands behind the last line's end. */
  get unfinished(): boolean {
    return this.#read > this.#offset;
  }

  isDeleted(): boolean {
    return this.#opened.octets.isDeleted();
  }

  get waiting(): number {
    return this.#scanner.waiting;
  }

  take(): Observation[] {
    return takeAll(this.#scanner);
  }

  place(): Place {
    const { path, log } = this;
    return {
      path,
      node: log.node,
      offset: this.#offset,
      print: this.#opened.fingerprint.at(this.#offset),
      born: log.born,
      changed: this.#changed,
      done: this.#done,
    };
  }

  /** The log has ended, and so has its last line. */
  finish(): void {
    this.#scanner.finish();
    this.#opened.fingerprint.endHere();
    this.#offset = this.#read;
    this.#done = true;
  }

  close(): void {
    this.#opened.octets.close();
  }
}
