import { type EnteredField, hasFields } from '../correspondence/entered-fields.ts';
import { excerptOf } from '../correspondence/excerpt.ts';
import { requestSent } from '../correspondence/request.ts';
import { keepMessage, type NewMessage } from '../correspondence/store.ts';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Channel } from '../database/tables.ts';
import { lockIncident } from '../incidents/store.ts';
import { ensureTicket } from '../tickets/store.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { isInTheWay, type StoredClaim } from './claims/claims-view.ts';
import { currentDraft, refreshDraft } from './draft-store.ts';
import { type LetterFacts, stillMissing } from './facts.ts';
import { stopsOf } from './gate/judge.ts';
import { readJudgement } from './gate/store.ts';
import { closedProblem, getLetter, isFrozen, lockDraft } from './letter-rows.ts';
import { overriddenOf } from './overrides.ts';
import { refuseUnready } from './ready.ts';
import { beginsRound, isRequest, isToDesk, roundWords } from './rounds.ts';
import type { DraftedFrom } from './templates.ts';

/** Fills the gaps whose facts became known since the letter was drafted. */
async function fillKnownGaps(trx: Trx, id: number, of: DraftedFrom): Promise<void> {
  const now = new Date();
  const row = await lockDraft(trx, id);
  const gaps = stillMissing(row);
  if (gaps.length === 0) return;
  const { draft } = await currentDraft(trx, row, of, now);
  const unknown = new Set(draft.missing.map((one) => one.key));
  if (gaps.some((one) => !unknown.has(one.key))) await refreshDraft(trx, id, of, now);
}

export type Sending = {
  channel: Channel;
  reference?: string | undefined;
  at?: Date | undefined;
  to?: string | undefined;
  /** What was entered in the provider's form. */
  fields?: EnteredField[] | undefined;
  /** Fill the gaps that are known by now. Not where a person has read the text as it stands. */
  fillGaps?: boolean;
  /** Makes the mail that really goes out; without it, the letter left in some other way. */
  compose?: (letter: ReadyLetter) => Promise<OutgoingMail>;
};

/** A mail of ours, octet by octet as it goes out, and what is read from it. */
export type OutgoingMail = Pick<NewMessage['mail'], 'from' | 'to' | 'subject' | 'attachments'> & {
  raw: Buffer;
  messageId: string;
};

/** A letter whose claims hold, as it is about to be sent. */
export type ReadyLetter = {
  incident: number;
  subject: string;
  body: string;
  round: string;
  at: Date;
  ticket: { id: number; reference: string } | null;
  profile: LetterFacts['profile'];
};

/**
 * Marks a letter as sent: freezes its text, records it as an outgoing message, opens the ticket, moves the
 * state and sets the follow-up. Of two people at once one sends; the other is told so.
 */
export async function sendLetter(
  trx: Trx,
  actor: Actor,
  id: number,
  of: DraftedFrom,
  sending: Sending,
): Promise<number> {
  const { incident_number: number } = await getLetter(trx, id);
  const incident = await lockIncident(trx, number);
  if (sending.fillGaps) await fillKnownGaps(trx, id, of);
  const letter = await lockDraft(trx, id);
  if (isFrozen(incident.state)) throw closedProblem(number);
  const now = new Date();
  const at = sending.at ?? now;
  // A letter recorded afterwards claimed what held when it was sent.
  const current = await currentDraft(trx, letter, of, at);
  const { draft, facts } = current;
  const { claim = [], finding = [] } = await overriddenOf(trx, id);
  const judged = await readJudgement(trx, letter, of, current, {
    at: sending.at,
    to: sending.to,
  });
  refuseUnready({
    missing: stillMissing(letter),
    against: draft.claims.filter(
      (one) =>
        isInTheWay(one, letter.claims as StoredClaim[]) &&
        !claim.some((override) => override.key === one.key),
    ),
    stops: stopsOf(
      judged,
      finding.map((one) => one.key),
    ),
  });
  const reference = sending.reference?.trim() || facts.ticketReference || null;
  const ticket =
    reference && isToDesk(letter.round)
      ? await ensureTicket(trx, actor, number, { reference, channel: sending.channel, at })
      : null;
  const sentBefore = await trx
    .selectFrom('letters')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('incident_number', '=', number)
    .where('state', '=', 'sent')
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('letters')
    .set({
      state: 'sent',
      sent_at: at,
      channel: sending.channel,
      claims: json(draft.claims),
      missing: json([]),
      version: letter.version + 1,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute();
  const { subject, body, round } = letter;
  const mail = await sending.compose?.({
    incident: number,
    subject,
    body,
    round,
    at,
    ticket,
    profile: facts.profile,
  });
  const message: NewMessage = {
    direction: 'out',
    channel: sending.channel,
    at,
    // Where no mail was made of it, its text is the source.
    raw: mail?.raw ?? Buffer.from(body),
    rawType: mail ? 'message/rfc822' : 'text/plain',
    mail: {
      from: facts.profile.replyAddress || facts.profile.contactEmail,
      to: sending.to ?? '',
      subject,
      messageId: null,
      attachments: [],
      ...mail,
      text: body,
      html: null,
      problem: null,
    },
    reading: null,
    reference: null,
    letterId: id,
    formFields: hasFields(sending.channel) ? sending.fields : [],
  };
  const messageId = (await keepMessage(trx, number, message, ticket?.id ?? null)) as number;
  await append(trx, {
    incident: number,
    kind: 'letter-sent',
    actor,
    occurredAt: at,
    letterId: id,
    messageId,
    ...(ticket ? { ticketId: ticket.id } : {}),
    detail: {
      title: of.template.title,
      number: sentBefore.n + 1,
      round: letter.round,
      channel: sending.channel,
      reference: ticket?.reference ?? null,
      subject: letter.subject,
      excerpt: excerptOf(letter.body),
    },
  });
  if (isRequest(letter.round)) {
    await requestSent(trx, actor, incident, {
      at,
      newRound: beginsRound(letter.round),
      reason: `letter sent: ${roundWords(letter.round)}`,
      provider: of.provider,
    });
  }
  return messageId;
}

/** What was entered in the provider's form when the letter was sent; empty: it went another way. */
export async function enteredWith(db: Db | Trx, letter: number): Promise<EnteredField[]> {
  const message = await db
    .selectFrom('messages')
    .select('form_fields')
    .where('letter_id', '=', letter)
    // Of those before it was withdrawn, and never left.
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return message?.form_fields ?? [];
}
