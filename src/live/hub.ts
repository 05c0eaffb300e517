import type { PassThrough } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import type { SessionLimits } from '../accounts/accounts.ts';
import { livingSessions } from '../accounts/session.ts';
import type { Db } from '../database/open.ts';
import { countUnfiled } from '../mail-in/filing/unfiled-count.ts';
import { readNews } from '../timeline/news.ts';
import { commentText, eventText, newsText, retryText, unfiledText } from './event.ts';

/** A page that listens. */
type Listener = {
  stream: PassThrough;
  userId: number;
  session: Buffer;
  /** What it was told up to; see `timeline/news.ts`. */
  place: string;
  told: boolean;
  /** What it was last told of unfiled mail. */
  unfiled: string;
};

export const MOST_OF_PERSON = 8;
const MOST_LISTENERS = 500;
/** Entries told at once; where there are more, a page is told to look for itself. */
const MOST_ENTRIES = 200;
const LOOK_MS = 1000;
/** Between two comments that keep proxies from closing a quiet connection, and looks at who is still signed in. */
const BEAT_MS = 15_000;
/** What may wait for a slow reader. */
const MOST_WAITING_BYTES = 64 * 1024;

/** When a page connects again to whoever takes over; not all at the same moment. */
const AGAIN_MS = 2000;

/**
 * Tells pages what is new. Every process looks for itself, so it does not matter which of them wrote it; it looks only
 * while somebody listens, once a second for all. Each listener has a place of its own, from which the next look goes
 * on: whenever and wherever it connects, nothing is left out.
 */
export function openHub(db: Db, limits: SessionLimits, logger: FastifyBaseLogger) {
  const listeners = new Set<Listener>();
  let timer: NodeJS.Timeout | undefined;
  let beat: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let isWanted = false;
  let isClosed = false;

  function leave(listener: Listener): void {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    clearInterval(beat);
    timer = undefined;
    beat = undefined;
  }

  function end(listener: Listener, words = ''): void {
    leave(listener);
    listener.stream.end(words);
  }

  function write(listener: Listener, text: string): void {
    if (listener.stream.writableLength > MOST_WAITING_BYTES) {
      leave(listener);
      listener.stream.destroy();
    } else listener.stream.write(text);
  }

  async function lookForMail(): Promise<void> {
    const { mark } = await countUnfiled(db);
    for (const listener of listeners) {
      if (listener.unfiled === mark) continue;
      listener.unfiled = mark;
      write(listener, unfiledText(listener.place, mark));
    }
  }

  async function lookOnce(): Promise<void> {
    // Those that were told together go on together, from the earlier of the places that were read: what is told twice
    // does no harm.
    let place: string | undefined;
    for (const [since, all] of Map.groupBy([...listeners], (one) => one.place)) {
      const news = await readNews(db, since, MOST_ENTRIES);
      place ??= news.place;
      for (const listener of all) {
        listener.place = place;
        const text = newsText(news, place);
        if (text) write(listener, text);
        else if (!listener.told) write(listener, eventText('ready', place));
        listener.told = true;
      }
    }
    await lookForMail();
  }

  /** One look at a time; what asks meanwhile is looked for right after. */
  function look(): Promise<void> {
    isWanted = true;
    looking ??= (async () => {
      while (isWanted && listeners.size > 0) {
        isWanted = false;
        // A database that is away will be back, and nothing is lost: places stay.
        await lookOnce().catch((error: unknown) => logger.debug({ err: error }, 'events'));
      }
      looking = undefined;
    })();
    return looking;
  }

  async function keepAlive(): Promise<void> {
    for (const listener of listeners) write(listener, commentText());
    const sessions = [...listeners].map(({ session }) => session);
    const living = await livingSessions(db, sessions, limits).catch(() => undefined);
    if (living)
      for (const listener of listeners)
        if (!living.has(listener.session.toString('hex'))) end(listener, eventText('end', listener.place));
  }

  return {
    hasRoomFor: (userId: number) =>
      listeners.size < MOST_LISTENERS &&
      [...listeners].filter((one) => one.userId === userId).length < MOST_OF_PERSON,
    join(given: Omit<Listener, 'told' | 'unfiled'>): void {
      if (isClosed) {
        given.stream.end(retryText(AGAIN_MS));
        return;
      }
      const listener = { ...given, told: false, unfiled: '' };
      listeners.add(listener);
      given.stream.on('close', () => leave(listener));
      given.stream.on('error', () => leave(listener));
      timer ??= setInterval(look, LOOK_MS);
      beat ??= setInterval(keepAlive, BEAT_MS);
      void look();
    },
    /** Looks at once who is still signed in. */
    keepAlive,
    size: () => listeners.size,
    async close(): Promise<void> {
      isClosed = true;
      for (const listener of [...listeners]) end(listener, retryText(AGAIN_MS * (1 + Math.random())));
      await looking;
    },
  };
}
