import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Insertable } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import type { ArrivalsTable, Way } from '../database/tables.ts';
import { count } from '../metrics/measure.ts';
import { onceKey } from './once-key.ts';
import { senderOf } from './sender.ts';

/** A mail as it came, byte for byte, and what is known of how. */
export type Mail = {
  raw: Buffer;
  way: Way;
  /** With `uid` and `uidValidity`: where it lies in a mailbox (RFC 3501), as that was set up when it was looked at. */
  mailboxId?: number | null;
  mailboxVersion?: number;
  uid?: number;
  uidValidity?: number;
  envelopeSender?: string | null;
  envelopeRecipients?: string[];
  /** Who brought it, where that was another host; SPF is judged by it. */
  clientAddress?: string | null;
  clientHelo?: string | null;
};

/** `known`: it was there already, perhaps by another way. */
export type Kept = { id: number; known: boolean };

const MOST_RECIPIENTS = 100;
/** Parameters of a statement are bounded; an arrival has twelve. */
const ROWS_AT_ONCE = 1000;
const plain = (text: string, length: number) => text.replaceAll('\0', '').toWellFormed().slice(0, length);

/** `::ffff:192.0.2.1` is the IPv4 address in it; an interface (`%eth0`) is no part of an address. */
function addressOf(text: string | null | undefined): string | null {
  const address = (text ?? '').replace(/%.*$/, '').replace(/^::ffff:(?=[\d.]+$)/i, '');
  return isIP(address) === 0 ? null : address;
}

const rowOf = (mail: Mail, onceKey: Buffer): Insertable<ArrivalsTable> => ({
  once_key: onceKey,
  sha256: createHash('sha256').update(mail.raw).digest(),
  byte_length: mail.raw.length,
  raw: mail.raw,
  way: mail.way,
  mailbox_id: mail.mailboxId ?? null,
  sender: senderOf(mail.raw, mail.envelopeSender),
  envelope_sender: mail.envelopeSender == null ? null : plain(mail.envelopeSender, 1000),
  envelope_recipients: (mail.envelopeRecipients ?? [])
    .slice(0, MOST_RECIPIENTS)
    .map((recipient) => plain(recipient, 1000)),
  client_address: addressOf(mail.clientAddress),
  client_helo: mail.clientHelo ? plain(mail.clientHelo, 255) : null,
  lease_until: null,
});

/** Key in hex → number of its arrival, of those that are there. */
async function idsOf(trx: Trx, keys: Buffer[]): Promise<Map<string, number>> {
  const rows = await trx
    .selectFrom('arrivals')
    .select(['id', 'once_key'])
    .where('once_key', 'in', keys)
    .execute();
  return new Map(rows.map((row) => [row.once_key.toString('hex'), row.id]));
}

/**
 * Mailboxes that mails come from, with their versions, held as they are until the transaction ends. One that was changed
 * while it was looked at may be another folder now: UIDs of the old one say nothing there.
 */
async function versionsOf(trx: Trx, mails: Mail[]): Promise<Map<number, number>> {
  const ids = [...new Set(mails.flatMap(({ mailboxId }) => mailboxId ?? []))];
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom('mailboxes')
    .select(['id', 'version'])
    .where('id', 'in', ids)
    .orderBy('id')
    .forShare()
    .execute();
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** Notes where mails lie, so that they are not taken from there again. */
async function noteUids(trx: Trx, mails: Mail[], kept: Kept[], versions: Map<number, number>): Promise<void> {
  const rows = mails.flatMap(({ mailboxId, mailboxVersion, uid, uidValidity }, n) =>
    mailboxId == null ||
    uid === undefined ||
    uidValidity === undefined ||
    versions.get(mailboxId) !== mailboxVersion
      ? []
      : [{ mailbox_id: mailboxId, uid_validity: uidValidity, uid, arrival_id: (kept[n] as Kept).id }],
  );
  if (rows.length === 0) return;
  await trx
    .insertInto('mailbox_uids')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Those that were not there. */
const insertRows = (trx: Trx, rows: Insertable<ArrivalsTable>[]) =>
  trx
    .insertInto('arrivals')
    .values(rows)
    .onConflict((conflict) => conflict.column('once_key').doNothing())
    .returning(['id', 'once_key'])
    .execute();

/** Stores mails in a transaction of the caller's; each must not be acknowledged before that is committed. */
export async function storeArrivals(trx: Trx, mails: Mail[]): Promise<Kept[]> {
  if (mails.length === 0) return [];
  const keyed = mails.map((mail) => ({ mail, key: onceKey(mail.raw) }));
  // All processes store in the order of the keys, so that none waits for another that waits for it.
  const rows = keyed.toSorted((a, b) => a.key.compare(b.key)).map(({ mail, key }) => rowOf(mail, key));
  const versions = await versionsOf(trx, mails);
  const isNew = new Map<string, number>();
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    for (const { id, once_key } of await insertRows(trx, rows.slice(at, at + ROWS_AT_ONCE)))
      isNew.set(once_key.toString('hex'), id);
  const missing = keyed.filter(({ key }) => !isNew.has(key.toString('hex'))).map(({ key }) => key);
  const known = missing.length > 0 ? await idsOf(trx, missing) : new Map<string, number>();
  const kept = keyed.map(({ key }): Kept => {
    const hex = key.toString('hex');
    const id = isNew.get(hex) ?? known.get(hex);
    if (id === undefined) throw new Error('An arrival is neither new nor known.');
    // The second of two that came together is known by the first.
    const first = isNew.has(hex) && !known.has(hex);
    known.set(hex, id);
    return { id, known: !first };
  });
  await noteUids(trx, mails, kept, versions);
  for (const [n, { way }] of mails.entries())
    if (!kept[n]?.known) count('delist_desk_mails_taken_total', { way });
  return kept;
}

/** Stores mails in one transaction: when this resolves they are committed, and may be acknowledged. */
export const keepArrivals = (db: Db, mails: Mail[]): Promise<Kept[]> =>
  db.transaction().execute((trx) => storeArrivals(trx, mails));
