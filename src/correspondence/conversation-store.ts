import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { DispatchState } from '../database/tables.ts';
import { notFound } from '../problem.ts';
import type { MessageRead } from './message-page.ts';
import { type AttachmentShown, listAttachments } from './parts-store.ts';
import { READ_OF_MESSAGE } from './store.ts';

export const MESSAGES_PER_PAGE = 50;
/** More of a text than this, in characters, is on the message's own page. */
const SHOWN_CHARACTERS = 20_000;

export type ConversationPage = {
  /** Oldest first. */
  messages: (MessageRead & {
    is_cut: boolean;
    /** Where a mail of ours stands; null: it went another way, or is theirs. */
    dispatch: DispatchState | null;
    attachments: AttachmentShown[];
  })[];
  /** The message before the first; null: there is none. */
  earlier: number | null;
};

/** The place of a message in its incident's conversation. */
async function placeOf(db: Db, number: number, id: number) {
  return db
    .selectFrom('messages')
    .select(['at', 'id'])
    .where('incident_number', '=', number)
    .where('id', '=', id)
    .executeTakeFirstOrThrow(() => notFound('such message'));
}

/** A page of an incident's messages that ends with the newest one, or with the message `until`. */
export async function readConversation(db: Db, number: number, until?: number): Promise<ConversationPage> {
  let rows = db
    .selectFrom('messages as m')
    .leftJoin('tickets as t', 't.id', 'm.ticket_id')
    .leftJoin('dispatches as d', 'd.message_id', 'm.id')
    .select([
      ...READ_OF_MESSAGE,
      sql<string>`left(m.text, ${SHOWN_CHARACTERS}::integer)`.as('text'),
      sql<boolean>`length(m.text) > ${SHOWN_CHARACTERS}::integer`.as('is_cut'),
      sql<boolean>`m.html is not null`.as('has_html'),
      'm.confidence',
      'm.problem',
      't.reference',
      'd.state as dispatch',
    ])
    .where('m.incident_number', '=', number)
    .orderBy('m.at', 'desc')
    .orderBy('m.id', 'desc')
    .limit(MESSAGES_PER_PAGE + 1);
  if (until !== undefined) {
    const place = await placeOf(db, number, until);
    rows = rows.where((eb) => eb(eb.refTuple('m.at', 'm.id'), '<=', eb.tuple(place.at, place.id)));
  }
  const found = await rows.execute();
  const shown = found.slice(0, MESSAGES_PER_PAGE).reverse();
  const attachments = Map.groupBy(
    await listAttachments(
      db,
      shown.map(({ id }) => id),
    ),
    (one) => one.message_id,
  );
  return {
    messages: shown.map((row) => ({ ...row, attachments: attachments.get(row.id) ?? [] })),
    earlier: found[MESSAGES_PER_PAGE]?.id ?? null,
  };
}

/** How many messages there are, and the newest; null without any. */
export async function conversationSize(
  db: Db,
  number: number,
): Promise<{ n: number; newest: number | null }> {
  const [count, newest] = await Promise.all([
    db
      .selectFrom('messages')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('incident_number', '=', number)
      .executeTakeFirstOrThrow(),
    db
      .selectFrom('messages')
      .select('id')
      .where('incident_number', '=', number)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst(),
  ]);
  return { n: count.n, newest: newest?.id ?? null };
}
