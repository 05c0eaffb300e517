import { takeReports } from '../../complaints/take.ts';
import { type Arrived, keepMessage, type NewMessage } from '../../correspondence/store.ts';
import type { Trx } from '../../database/open.ts';
import { isNoticeId } from '../../mail-out/compose.ts';
import { letterBounced } from '../../mail-out/settle.ts';
import { noticeBounced } from '../../notifications/mail-queue.ts';
import { publish } from '../../notifications/outbox.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { SYSTEM } from '../../web/access.ts';
import { fileArrived } from '../filing/filed.ts';
import { type Filing, file } from '../filing/filing.ts';
import { findLikeness } from '../filing/likeness.ts';
import type { ReadArrival } from './read-arrival.ts';
import type { ReturnedMail } from './returned-mail.ts';

const markRead = (trx: Trx, id: number) =>
  trx
    .updateTable('arrivals')
    .set({ state: 'read', raw: null, lease_until: null })
    .where('id', '=', id)
    .execute();

/** The same octets, recorded by hand before mails that come in had a memory of their own. */
async function isRecorded(trx: Trx, number: number, arrival: number): Promise<boolean> {
  const same = await trx
    .selectFrom('messages as m')
    .innerJoin('arrivals as a', 'a.sha256', 'm.sha256')
    .select('m.id')
    .where('m.incident_number', '=', number)
    .where('m.direction', '=', 'in')
    .where('a.id', '=', arrival)
    .executeTakeFirst();
  return same !== undefined;
}

/** Keeps a mail as a message, in the incident where it certainly belongs, else in Unfiled. */
async function keep(
  trx: Trx,
  message: NewMessage & { arrived: Arrived },
  filing: Filing,
  catalogue: Catalogue,
): Promise<number | undefined> {
  const { arrived } = message;
  if (filing.incident !== null && (await isRecorded(trx, filing.incident, arrived.id))) return undefined;
  const id = await keepMessage(
    trx,
    null,
    {
      ...message,
      arrived: { ...arrived, suggestions: filing.incident === null ? filing.suggestions : null },
    },
    null,
  );
  if (id !== undefined && filing.incident !== null)
    await fileArrived(trx, SYSTEM, catalogue, id, { incident: filing.incident, by: filing.by });
  return id;
}

/** What a program wrote, or answers a mail to one of our people, is told to nobody: it could go round for ever. */
async function tellUnfiled(
  trx: Trx,
  id: number,
  { message, traces }: Extract<ReadArrival, { message: object }>,
): Promise<void> {
  if (message.arrived.kind !== 'reply' || traces.answers.some(isNoticeId)) return;
  const { from, subject } = message.mail;
  await publish(trx, { kind: 'mail-unfiled', words: `${from}: ${subject}`, link: `/unfiled/${id}` });
}

async function takeBounce(trx: Trx, bounce: ReturnedMail, at: Date): Promise<void> {
  if (isNoticeId(bounce.messageId)) {
    if (bounce.status === 'failed') await noticeBounced(trx, bounce);
  } else await letterBounced(trx, { ...bounce, originalMessageId: bounce.messageId, at });
}

/**
 * Makes of a mail that was read what it is: a message, or complaints. All of it and that the mail is read are one
 * transaction; who comes second changes nothing. Returns the message's id.
 */
export async function keepArrival(
  trx: Trx,
  arrival: number,
  read: ReadArrival,
  catalogue: Catalogue,
): Promise<number | undefined> {
  const waiting = await trx
    .selectFrom('arrivals')
    .select('id')
    .where('id', '=', arrival)
    .where('state', '=', 'new')
    .forUpdate()
    .executeTakeFirst();
  if (!waiting) return undefined;
  let id: number | undefined;
  if ('reports' in read) await takeReports(trx, read.reports, 'mail');
  else {
    const filing = file(await findLikeness(trx, read.traces), read.sender);
    id = await keep(trx, read.message, filing, catalogue);
    if (id !== undefined && filing.incident === null) await tellUnfiled(trx, id, read);
    if (read.returned) await takeBounce(trx, read.returned, read.message.at);
  }
  await markRead(trx, arrival);
  return id;
}
