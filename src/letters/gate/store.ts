import { sql } from 'kysely';
import { NO_ANSWERS } from '../../correspondence/verdicts.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { IncidentRow, LetterRow } from '../../database/tables.ts';
import { isLifted } from '../../incidents/state.ts';
import { readStop } from '../../next-step/read-stop.ts';
import { playbookFor } from '../../providers/cases.ts';
import type { Provider, Route, Verdict } from '../../providers/schema.ts';
import type { Claim } from '../claims/claims.ts';
import type { LetterFacts } from '../facts.ts';
import type { Language } from '../language.ts';
import { isRequest, isToDesk, ROUNDS, type Round } from '../rounds.ts';
import type { Sources } from '../sources.ts';
import type { DraftedFrom } from '../templates.ts';
import { type EarlierRequest, REFUSALS, type RefusedLetter } from './earlier.ts';
import type { GateFacts } from './finding.ts';
import { type Judgement, judgeLetter } from './judge.ts';

/** Earlier requests are looked for as long back, and as many. */
const LOOK_BACK_DAYS = 90;
const MOST_REQUESTS = 50;
const MOST_INCIDENTS = 100;
/** For providers whose playbook names none. Hours. */
const USUAL_COOL_DOWN = 24;
/** What is recorded later than this after it left is recorded afterwards. Milliseconds. */
const AFTERWARDS = 15 * 60_000;

type Found = EarlierRequest & { verdict: Verdict | null };

/** This incident, and the newest others of its provider that have an address in common with it, or a range around one. */
async function sameMatter(db: Db | Trx, number: number, provider: string): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`
    select distinct i.number
    from incident_addresses mine
    join addresses a on a.id = mine.address_id
    join addresses b on b.network && a.network
    join incident_addresses theirs on theirs.address_id = b.id
    join incidents i on i.number = theirs.incident_number
    where mine.incident_number = ${number} and i.provider = ${provider} and i.number <> ${number}
    order by i.number desc
    limit ${MOST_INCIDENTS}::integer`.execute(db);
  return [number, ...rows.map((row) => row.number)];
}

/** Requests of the same provider's incidents about the same addresses, the newest first, each with its first verdict. */
async function earlierRequests(
  db: Db | Trx,
  letter: LetterRow,
  provider: string,
  at: Date,
): Promise<Found[]> {
  const incidents = await sameMatter(db, letter.incident_number, provider);
  const rows = await db
    .selectFrom('letters as l')
    .innerJoin('incidents as i', 'i.number', 'l.incident_number')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('messages as m')
          .select(['m.at', 'm.verdict'])
          .whereRef('m.incident_number', '=', 'l.incident_number')
          .where('m.direction', '=', 'in')
          .where('m.applied', '=', true)
          .where('m.verdict', 'not in', NO_ANSWERS)
          .whereRef('m.at', '>=', 'l.sent_at')
          .orderBy('m.at')
          .limit(1)
          .as('answer'),
      (join) => join.onTrue(),
    )
    .select([
      'l.id',
      'l.incident_number',
      'l.round',
      'l.sent_at',
      'i.state',
      'i.mitigated_at',
      'i.recovered_at',
      'answer.at as answered_at',
      'answer.verdict',
      (eb) =>
        eb
          .selectFrom('messages as out')
          .innerJoin('dispatches as d', 'd.message_id', 'out.id')
          .select('d.state')
          .whereRef('out.letter_id', '=', 'l.id')
          .orderBy('out.id', 'desc')
          .limit(1)
          .as('dispatch'),
    ])
    .where('l.state', '=', 'sent')
    .where('l.round', 'in', ROUNDS.filter(isRequest))
    .where('l.id', '!=', letter.id)
    .where('l.sent_at', '<=', at)
    .where('l.sent_at', '>', new Date(at.getTime() - LOOK_BACK_DAYS * 86_400_000))
    .where('l.incident_number', 'in', incidents)
    .orderBy('l.sent_at', 'desc')
    .limit(MOST_REQUESTS)
    .execute();
  return rows.flatMap((row) =>
    row.sent_at === null
      ? []
      : [
          {
            incident: row.incident_number,
            letter: row.id,
            round: row.round,
            sentAt: row.sent_at,
            answeredAt: row.answered_at,
            verdict: row.verdict,
            // What never arrived waits for no answer, and neither does what ended without one.
            isOver:
              isLifted(row.state) ||
              row.dispatch === 'failed' ||
              [row.mitigated_at, row.recovered_at].some((end) => end !== null && end > (row.sent_at as Date)),
          },
        ],
  );
}

/** The letter whose answer was the last word, where that was a no: of this incident, else of another one. */
async function refusedLetter(
  db: Db | Trx,
  incident: number,
  requests: Found[],
): Promise<RefusedLetter | null> {
  const answered = requests.filter((one) => one.answeredAt !== null);
  const last = answered.find((one) => one.incident === incident) ?? answered[0];
  if (!last?.answeredAt || !last.verdict || !REFUSALS.includes(last.verdict)) return null;
  const row = await db
    .selectFrom('letters')
    .select(['subject', 'body', 'claims'])
    .where('id', '=', last.letter)
    .executeTakeFirstOrThrow();
  return {
    incident: last.incident,
    letter: last.letter,
    subject: row.subject,
    body: row.body,
    sentAt: last.sentAt,
    refusedAt: last.answeredAt,
    verdict: last.verdict,
    claims: row.claims as Claim[],
  };
}

const listNames = ({ lists }: Provider): string[] =>
  lists.flatMap(({ key, name, cited }) => [name, ...cited, ...(key.length > 2 ? [key] : [])]);

/** What a letter rests on at the moment, as `currentDraft` reads it. */
type Current = {
  facts: LetterFacts;
  draft: { claims: Claim[] };
  route: Route | undefined;
  cited: Sources['cited'];
  rule: string | null;
  incident: IncidentRow;
};

export type Leaving = {
  /** When it leaves or left; left out: now. */
  at?: Date | undefined;
  to?: string | undefined;
  otherProviders?: string[];
  /** The text as it is being written; left out: as it was saved. */
  text?: { subject: string; body: string };
};

async function readGateFacts(
  db: Db | Trx,
  letter: LetterRow,
  { template, provider }: DraftedFrom,
  { facts, draft, route, cited, rule, incident }: Current,
  leaving: Leaving,
): Promise<GateFacts> {
  const now = new Date();
  const at = leaving.at ?? now;
  const requests = await earlierRequests(db, letter, incident.provider, at);
  const sent = requests.map((one) => ({ round: one.round, at: one.sentAt })).reverse();
  return {
    letter: facts,
    claims: draft.claims,
    at,
    isAfterwards: now.getTime() - at.getTime() > AFTERWARDS,
    audience: isToDesk(letter.round) ? (provider?.kind ?? 'mailbox-provider') : 'others',
    providerName: facts.providerName,
    showsRefusal: template.needs.includes('refusal'),
    otherProviders: leaving.otherProviders ?? [],
    lists: provider && provider.lists.length > 1 ? listNames(provider) : [],
    // The list of another operator.
    citedList: cited && cited.owner !== incident.provider ? cited.name : null,
    route: route
      ? {
          kind: route.kind,
          name: route.name,
          takesRefusal: route.fields.some((field) => field.value === 'error-text'),
        }
      : null,
    coolDown: {
      hours: provider?.coolDown?.hours ?? USUAL_COOL_DOWN,
      rounds: provider?.coolDown?.rounds ?? null,
      text: provider?.coolDown?.text ?? 'Give each request a day.',
    },
    stop: await readStop(db, incident, provider && playbookFor(provider, rule), sent, at),
    to: leaving.to ?? '',
    requests,
    refused: await refusedLetter(db, letter.incident_number, requests),
  };
}

/** Judges a letter by its text and by what is known now, in a fixed number of queries. */
export async function readJudgement(
  db: Db | Trx,
  letter: LetterRow,
  of: DraftedFrom,
  current: Current,
  leaving: Leaving = {},
): Promise<Judgement & { facts: GateFacts }> {
  const facts = await readGateFacts(db, letter, of, current, leaving);
  const { subject, body } = leaving.text ?? letter;
  const judged = judgeLetter(
    {
      subject,
      body,
      base: `${letter.base_subject}\n${letter.base_body}`,
      language: letter.language as Language,
      round: letter.round as Round,
    },
    facts,
  );
  return { ...judged, facts };
}
