import t from 'tap';
import { json } from '../../src/database/json.ts';
import type { SharePart } from '../../src/database/tables.ts';
import { PART_KEYS } from '../../src/sharing/parts.ts';
import { append } from '../../src/timeline/store.ts';
import { PROFILE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';

/** Words that stand in one field each, by the part that may show them. */
const SHOWN: Partial<Record<SharePart, string[]>> = {
  summary: ['zqtitle', 'zqhost.example.com'],
  timeline: ['zqrejection', 'zqticket'],
  notes: ['zqnote', 'zqreason', 'zqcause', 'zqrecovery'],
  letters: ['zqletter'],
  answers: ['zqanswer'],
  evidence: ['zqevidence', 'zqsnapshot'],
};
/** What no share without personal data shows. */
const PERSONAL = [
  'zqjane',
  'Quarkfield',
  'zqcontact',
  'zqrecipient',
  'zqmessageid',
  '30 901820',
  'zqsender',
  'zqdesk@',
];
/** What none shows at all. */
const NEVER = ['zqplan', 'zqlabel', 'zqother', 'zqowner', '#777', 'zqmadefor', 'zqraw', 'zqpurpose'];

/** An incident with such a word in every field that could be shown by mistake. */
async function fill({ api, db }: TestDesk) {
  await api('PUT', '/profile', {
    ...PROFILE,
    contactName: 'Jonas Quarkfield',
    contactEmail: 'zqcontact@harbour.example.com',
    contactPhone: '+49 30 901820',
  });
  await api('POST', '/incidents', {
    report: `${REFUSAL} zqrejection for <zqrecipient@example.net> Message-ID <zqmessageid@mail.example.com>`,
    title: 'Block zqtitle seen by Jonas Quarkfield, as in #777',
  });
  await api('POST', '/incidents', {
    report: REFUSAL.replaceAll('203.0.113.7', '203.0.113.8'),
    title: 'zqother',
  });
  await db
    .updateTable('incidents')
    .set({ affected: 'zqnote zqjane@example.com', next_action: 'zqplan' })
    .where('number', '=', 1)
    .execute();
  await db
    .updateTable('addresses')
    .set({ label: 'zqlabel', purpose: 'zqpurpose', notes: 'zqlabel', hostname: 'zqhost.example.com' })
    .where('network', '=', '203.0.113.7/32')
    .execute();
  await api('POST', '/incidents/1/notes', {
    text: 'zqnote: ask Jonas Quarkfield, +49 30 901820, as in #777',
  });
  await api('POST', '/incidents/1/tickets', { reference: 'zqticket', channel: 'form' });
  await api('POST', '/incidents/1/messages', {
    direction: 'in',
    from: 'Zqsender Person <zqdesk@microsoft.example>',
    to: 'zqcontact@harbour.example.com',
    subject: 'Re: zqanswer',
    body: 'Hello Jonas,\n\nzqanswer: your request is denied. Ask zqjane@example.com.\n\nRegards,\nZqsender',
  });
  await api('POST', '/incidents/1/messages', {
    direction: 'out',
    to: 'zqdesk@microsoft.example',
    subject: 'zqletter of ours',
    body: 'zqletter: please look again. Jonas Quarkfield',
  });
  await api('POST', '/incidents/1/evidence', {
    claim: 'fcrdns-ok',
    result: 'supports',
    words: 'zqevidence by zqjane@example.com',
    source: 'zqevidence',
  });
  const rows = { facts: json([]), claims: json([]), raw: json({ raw: 'zqraw' }) };
  await db
    .insertInto('snapshots')
    .values({
      kind: 'reverse',
      address: '203.0.113.7',
      domain: null,
      outcome: 'bad',
      summary: 'zqsnapshot',
      ...rows,
      content_hash: Buffer.alloc(32),
      first_seen_at: new Date(),
      last_seen_at: new Date(),
      superseded_at: null,
    })
    .execute();
  await db
    .insertInto('letters')
    .values({
      incident_number: 1,
      template: 'outlook-com/first',
      language: 'en',
      round: 'first',
      state: 'sent',
      subject: 'zqletter about 203.0.113.7',
      body: 'zqletter. See #777.\n\nJonas Quarkfield\nzqcontact@harbour.example.com\n+49 30 901820',
      base_subject: '',
      base_body: '',
      claims: json([]),
      fields: json([]),
      missing: json([]),
      created_by_name: 'Zqowner Quarkfield',
      sent_at: new Date(),
      channel: 'form',
    })
    .execute();
  const actor = { userId: null, tokenId: null, name: 'Zqowner Quarkfield' };
  const entry = { incident: 1, actor };
  await db.transaction().execute(async (trx) => {
    await append(trx, {
      ...entry,
      kind: 'incident-linked',
      detail: { number: 777, title: 'zqother', kind: 'by-hand' },
    });
    await append(trx, {
      ...entry,
      kind: 'message-filed',
      detail: { from: 'zqjane@example.com', subject: 'zqother', by: '', cameFrom: 777 },
    });
    await append(trx, {
      ...entry,
      kind: 'message-moved-away',
      detail: { from: 'zqjane@example.com', subject: 'zqother', to: 777 },
    });
    await append(trx, { ...entry, kind: 'incident-assigned', detail: { from: null, to: 'Zqowner' } });
    await append(trx, {
      ...entry,
      kind: 'step-dismissed',
      detail: { step: 'x', what: 'zqplan', reason: 'zqplan' },
    });
    await append(trx, {
      ...entry,
      kind: 'recovery-confirmed',
      detail: { words: 'zqrecovery by zqjane@example.com' },
    });
    await append(trx, {
      ...entry,
      kind: 'cause-recorded',
      detail: { cause: 'x', about: 'zqcause', found: 'zqcause', fixed: '', fixedAt: null },
    });
    await append(trx, {
      ...entry,
      kind: 'state-changed',
      detail: { from: 'open', to: 'recovered', reason: 'zqreason', byHand: true },
    });
    await append(trx, {
      ...entry,
      kind: 'dispatch-settled',
      detail: {
        state: 'sent',
        to: 'zqdesk@microsoft.example',
        subject: 'zqother',
        account: 'zqplan',
        words: 'zqraw',
      },
    });
  });
}

t.test('a share shows the words of its parts, and no word of another field', async (t) => {
  const desk = await testDesk(t);
  await fill(desk);
  const pageOf = async (parts: SharePart[], personal = false) => {
    const { body } = await desk.api('POST', '/incidents/1/shares', { madeFor: 'zqmadefor', parts, personal });
    return (await desk.app.inject({ method: 'GET', url: body.link })).body;
  };
  const foundIn = (page: string, words: string[]) => words.filter((word) => page.includes(word));

  const choices: SharePart[][] = [
    ...PART_KEYS.filter((key) => key !== 'notes').map((key) => [key]),
    ['timeline', 'notes'],
    ['timeline', 'evidence'],
    PART_KEYS,
  ];
  for (const parts of choices) {
    const page = await pageOf(parts);
    const may = PART_KEYS.flatMap((key) => (parts.includes(key) ? (SHOWN[key] ?? []) : []));
    const others = PART_KEYS.filter((key) => !parts.includes(key)).flatMap((key) => SHOWN[key] ?? []);
    t.strictSame(foundIn(page, may), may, `${parts}: what was chosen is shown`);
    t.strictSame(foundIn(page, [...others, ...PERSONAL, ...NEVER]), [], `${parts}: and nothing else`);
  }

  const everything = await pageOf([...PART_KEYS], true);
  const named = ['zqjane', 'Quarkfield', 'zqcontact', 'zqrecipient', 'zqmessageid', '30 901820'];
  t.strictSame(foundIn(everything, named), named, 'people stand in it where that was chosen');
  t.strictSame(
    foundIn(
      everything,
      NEVER.filter((word) => word !== 'zqowner'),
    ),
    [],
    'other incidents and plans never do',
  );
});
