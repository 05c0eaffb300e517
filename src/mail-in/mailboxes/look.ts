import type { FetchMessageObject, ImapFlow } from 'imapflow';
import type { Db } from '../../database/open.ts';
import type { MailboxRow } from '../../database/tables.ts';
import { Held, type Intake } from '../intake.ts';
import { forgetHeld, knownUids, noteHeld } from './folder-uids.ts';
import { inTime } from './imap.ts';
import type { Looked } from './mailbox-turns.ts';

/** Messages that are fetched together have no more than so many octets; a larger one is fetched alone. */
const TOGETHER = 2 * 1024 * 1024;
const MOST_TOGETHER = 100;

export type Look = { db: Db; intake: Intake; mailMaxBytes: number; isStopped: () => boolean };

type Listed = { uid: number; size: number };

/** Every message of the folder by UID, whatever its flags are. A server that refuses to tell them has not said that there are none. */
async function uidsIn(client: ImapFlow, exists: number): Promise<number[]> {
  const found = await inTime(client, client.search({ all: true }, { uid: true }));
  if (Array.isArray(found)) return found;
  if (exists === 0) return [];
  throw Object.assign(new Error('no list of messages'), { code: 'NoList' });
}

/** What a server answers for some messages, once each: one that goes on for ever is not listened to. */
async function fetchAll(
  client: ImapFlow,
  uids: number[],
  query: { size: true } | { source: true; internalDate: true },
): Promise<FetchMessageObject[]> {
  const found = new Map<number, FetchMessageObject>();
  const wanted = new Set(uids);
  const read = async () => {
    // Changes of flags may be told between the answers.
    let more = 2 * uids.length + 1000;
    for await (const message of client.fetch(uids.join(','), { uid: true, ...query }, { uid: true })) {
      if (wanted.has(message.uid)) found.set(message.uid, message);
      more -= 1;
      if (more >= 0) continue;
      client.close();
      throw Object.assign(new Error('too many'), { code: 'TooManyResponses' });
    }
  };
  await inTime(client, read());
  return [...found.values()];
}

async function sizesOf(client: ImapFlow, uids: number[]): Promise<Listed[]> {
  const messages = await fetchAll(client, uids, { size: true });
  return messages.map(({ uid, size }) => ({ uid, size: size ?? 0 }));
}

/** After a failure each message is fetched alone, from another one on: one that cannot be fetched keeps no other. */
const inTurn = (uids: number[], failures: number): number[] => {
  const start = failures % Math.max(uids.length, 1);
  return [...uids.slice(start), ...uids.slice(0, start)];
};

function* batches(listed: Listed[], most: number): Generator<number[]> {
  let batch: number[] = [];
  let octets = 0;
  for (const { uid, size } of listed) {
    if (batch.length > 0 && (octets + size > TOGETHER || batch.length >= most)) {
      yield batch;
      [batch, octets] = [[], 0];
    }
    batch.push(uid);
    octets += size;
  }
  if (batch.length > 0) yield batch;
}

/** Stores a message. One of a flood is held: it is not stored, and stays where it is. */
async function takeMessage(
  message: FetchMessageObject,
  row: MailboxRow,
  uidValidity: number,
  { intake }: Look,
): Promise<'taken' | 'not-there' | Held> {
  if (!message.source) return 'not-there';
  const mail = {
    raw: message.source,
    way: 'imap' as const,
    mailboxId: row.id,
    mailboxVersion: row.version,
    uid: message.uid,
    uidValidity,
  };
  // A flood is told by when its mails came there: a folder that is read for the first time is none.
  const at = message.internalDate ? new Date(message.internalDate).getTime() : Date.now();
  try {
    await intake.take(mail, { by: `mailbox ${row.id}`, at });
    return 'taken';
  } catch (error) {
    if (error instanceof Held) return error;
    throw error;
  }
}

/** UIDs of those messages that are stored. Those that are held are noted. */
async function takeAll(
  messages: FetchMessageObject[],
  row: MailboxRow,
  uidValidity: number,
  by: Look,
): Promise<number[]> {
  const became = await Promise.all(
    messages.map(async (message) => ({
      uid: message.uid,
      is: await takeMessage(message, row, uidValidity, by),
    })),
  );
  const held = became.flatMap(({ uid, is }) => (is instanceof Held ? [{ uid, sender: is.sender }] : []));
  await noteHeld(by.db, row, uidValidity, held);
  return became.filter(({ is }) => is === 'taken').map(({ uid }) => uid);
}

function* inParts(uids: number[]): Generator<string> {
  for (let at = 0; at < uids.length; at += MOST_TOGETHER) yield uids.slice(at, at + MOST_TOGETHER).join(',');
}

async function moveAway(client: ImapFlow, uids: number[], folder: string): Promise<void> {
  for (const some of inParts(uids)) {
    const moved = await inTime(client, client.messageMove(some, folder, { uid: true }));
    if (!moved) throw new Error(`Messages could not be moved to ${folder}. Is there such a folder?`);
  }
}

/** What is done on the server to messages that are committed here. */
async function markTaken(client: ImapFlow, row: MailboxRow, uids: number[]): Promise<void> {
  if (row.after_taking === 'leave') return;
  if (row.after_taking === 'move') return moveAway(client, uids, row.move_to);
  for (const some of inParts(uids))
    await inTime(client, client.messageFlagsAdd(some, ['\\Seen'], { uid: true, silent: true }));
}

/** The same to those that were committed when the line broke, or, to be moved, when the process was killed. */
async function markLeft(client: ImapFlow, row: MailboxRow, taken: number[]): Promise<void> {
  if (row.after_taking === 'move') return moveAway(client, taken, row.move_to);
  // Whoever marks one as unread again has it stay so, but for such a break.
  if (row.after_taking !== 'mark-seen' || row.failures === 0 || taken.length === 0) return;
  const unseen = new Set((await inTime(client, client.search({ seen: false }, { uid: true }))) || []);
  await markTaken(
    client,
    row,
    taken.filter((uid) => unseen.has(uid)),
  );
}

/**
 * Looks at a mailbox once: takes each message that was not taken, told by UID and UIDVALIDITY and never by flags. What is
 * held of a flood, or was put away, is not fetched again. Where the server has numbered its messages anew, all are looked
 * at again; none is stored twice for it.
 */
export async function look(client: ImapFlow, row: MailboxRow, by: Look): Promise<Looked> {
  const readOnly = row.after_taking === 'leave';
  const opened = await inTime(client, client.mailboxOpen(row.folder, { readOnly }));
  const uidValidity = Number(opened.uidValidity);
  const onServer = await uidsIn(client, opened.exists);
  await forgetHeld(by.db, row, uidValidity, onServer);
  const known = await knownUids(by.db, row.id, uidValidity);
  const are = Object.groupBy(onServer, (uid) => known.get(uid) ?? 'new');
  const held = are.held?.length ?? 0;
  await markLeft(client, row, are.taken ?? []);
  const wanted = inTurn(are.new ?? [], row.failures);
  let newlyTaken = 0;
  // While one batch is stored, the next is fetched.
  let storing: Promise<number[]> = Promise.resolve([]);
  const settle = async () => {
    const done = await storing;
    newlyTaken += done.length;
    await markTaken(client, row, done);
  };
  for (let at = 0; at < wanted.length && !by.isStopped(); at += 500) {
    const listed = await sizesOf(client, wanted.slice(at, at + 500));
    const fitting = listed.filter(({ size }) => size <= by.mailMaxBytes);
    for (const uids of batches(fitting, row.failures > 0 ? 1 : MOST_TOGETHER)) {
      if (by.isStopped()) break;
      const messages = await fetchAll(client, uids, { source: true, internalDate: true });
      await settle();
      storing = takeAll(messages, row, uidValidity, by);
      // Where it fails before it is waited for, it is told then.
      storing.catch(() => undefined);
    }
  }
  await settle();
  return {
    uidValidity,
    onServer: onServer.length - (row.after_taking === 'move' ? newlyTaken + (are.taken?.length ?? 0) : 0),
    untaken: wanted.length - newlyTaken + held,
    isRenumbered: row.uid_validity !== null && row.uid_validity !== uidValidity,
  };
}
