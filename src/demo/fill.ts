import { sql } from 'kysely';
import { addUser } from '../accounts/store.ts';
import { parseNetwork } from '../addresses/address.ts';
import { addAddress } from '../addresses/store.ts';
import type { Desk } from '../app.ts';
import { recordMessage } from '../correspondence/record.ts';
import { readMessage } from '../correspondence/take-message.ts';
import type { Trx } from '../database/open.ts';
import { recordEvidence } from '../evidence/store.ts';
import { editIncident } from '../incidents/facts-store.ts';
import { blocksToLog, readReport, takeReport } from '../incidents/logging/take-report.ts';
import { confirmRecovery, setState } from '../incidents/state-store.ts';
import { claimText } from '../letters/claims/claims.ts';
import { startLetter } from '../letters/draft-store.ts';
import { sendLetter } from '../letters/sending.ts';
import { suggestTemplate } from '../letters/suggest.ts';
import { saveProfile } from '../profile/store.ts';
import { addNote } from '../timeline/notes.ts';
import type { Actor } from '../web/access.ts';
import { fillDeliveries } from './deliveries.ts';
import { fillEvidence } from './evidence.ts';
import { fillLabels } from './labels.ts';
import { tellDemo } from './notices.ts';
import { ADDRESSES, ANSWERS, COURSES, PEOPLE, REFUSALS, STORIES, type Step, type Story } from './stories.ts';

const HOUR = 3_600_000;

/** The moment that the database takes for now: stories of last year are recorded last year. */
const atMoment = (trx: Trx, at: Date) =>
  sql`select set_config('demo.now', ${at.toISOString()}, true)`.execute(trx);

function logLine(
  refusal: { host: string; to: string; text: string },
  ip: string,
  at: Date,
  turn: number,
): string {
  const stamp = at.toISOString().replace(/\.\d+Z$/, '+00:00');
  const text = refusal.text.replaceAll('{ip}', ip);
  const temporary = text.startsWith('4');
  return `${stamp} mail postfix/smtp[${20_400 + turn}]: 4DF1A2C0${(turn + 16).toString(16)}: to=<${refusal.to}>, relay=${refusal.host}[192.0.2.${200 + (turn % 40)}]:25, delay=1.9, dsn=${temporary ? '4.7.0' : '5.7.1'}, status=${temporary ? 'deferred' : 'bounced'} (host ${refusal.host}[192.0.2.${200 + (turn % 40)}] said: ${text} (in reply to MAIL FROM command))`;
}

type Scene = {
  desk: Desk;
  people: Actor[];
  story: Story;
  number: number;
  position: number;
  logged: Date;
  actor: Actor;
};

async function playStep(trx: Trx, scene: Scene, step: Step): Promise<void> {
  const { desk, story, number, actor } = scene;
  const at = new Date(scene.logged.getTime() + step.at * HOUR);
  const provider = desk.catalogue.byKey.get(story.provider);
  const ip = ADDRESSES[story.address]?.text ?? '';
  await atMoment(trx, at);
  switch (step.do) {
    case 'evidence':
      for (const [claim, words, source] of [
        [
          'no-public-listing',
          story.provider === 'spamhaus' ? '1 of 42 lists' : '0 of 42 lists',
          'own resolver',
        ],
        ['fcrdns-ok', ADDRESSES[story.address]?.hostname ?? '', 'own resolver'],
        [
          'no-compromise-found',
          'queue, logins and outgoing rates of the last 72 hours show nothing unusual',
          'logs of the server',
        ],
      ] as const) {
        const result =
          claim === 'no-public-listing' && story.provider === 'spamhaus' ? 'contradicts' : 'supports';
        await recordEvidence(trx, actor, number, {
          claim,
          about: claimText(claim),
          result,
          words,
          source,
          observedAt: at,
          address: null,
        });
      }
      return;
    case 'letter': {
      if (!provider) return;
      const template = suggestTemplate(await desk.letters.current(trx), provider, step.round);
      if (!template) return;
      const letter = await startLetter(trx, actor, number, {
        template,
        provider,
        letters: desk.letters,
        now: at,
      });
      const answers = ANSWERS[story.provider];
      const reference = answers?.reference.replace('{n}', String(10_000 + scene.position * 37));
      await sendLetter(
        trx,
        actor,
        letter,
        { template, provider },
        {
          channel: step.round === 'first' && reference ? 'form' : 'email',
          reference: reference || undefined,
          at,
        },
      );
      return;
    }
    case 'reply': {
      const answers = ANSWERS[story.provider];
      const text = answers?.replies[step.what];
      if (!answers || !text) return;
      const reference = answers.reference.replace('{n}', String(10_000 + scene.position * 37));
      const filled = text.replaceAll('{ip}', ip).replaceAll('{ref}', reference);
      const message = await readMessage(
        {
          direction: 'in',
          channel: 'email',
          rawMail: null,
          from: answers.from,
          subject: reference ? `RE: ${reference} ${ip}` : `Re: ${ip}`,
          text: filled,
          at,
          reference: reference || undefined,
        },
        { catalogue: desk.catalogue, provider: story.provider },
      );
      await recordMessage(trx, actor, number, message, provider);
      return;
    }
    case 'note':
      await addNote(trx, actor, number, step.text, at);
      return;
    case 'recover':
      await confirmRecovery(trx, actor, number, {
        words: `${180 + scene.position} of ${180 + scene.position} accepted in the last 12 hours`,
        at,
      });
      return;
    case 'close':
      await setState(trx, actor, number, { to: 'closed', reason: 'mail flows, nothing open', at });
  }
}

async function playStory(
  desk: Desk,
  people: Actor[],
  story: Story,
  position: number,
  now: Date,
): Promise<void> {
  const logged = new Date(now.getTime() - story.daysAgo * 24 * HOUR);
  const ip = ADDRESSES[story.address]?.text ?? '';
  const actor = people[position % 2] as Actor;
  const refusals = REFUSALS[story.provider] ?? [];
  const first = new Date(logged.getTime() - (2.3 + (position % 5)) * HOUR * 0.6);
  const lines = refusals.map((refusal, turn) =>
    logLine(refusal, ip, new Date(first.getTime() + turn * 240_000), turn),
  );
  const raw = Buffer.from(`${lines.join('\n')}\n`);
  const given = {
    raw,
    source: 'page' as const,
    fileName: '',
    provider: story.provider,
    addresses: [ip],
    to: 'new' as const,
    at: logged,
  };
  const blocks = blocksToLog(readReport(raw, desk.catalogue, 'UTC'), given, desk.catalogue).map((block) => ({
    ...block,
    rejections: block.rejections.map((one, index) =>
      index === 0 && story.seen ? { ...one, seen: story.seen } : one,
    ),
  }));
  await desk.db.transaction().execute(async (trx) => {
    await atMoment(trx, logged);
    const { logged: numbers } = await takeReport(trx, actor, given, blocks);
    const [number] = numbers;
    if (number === undefined) return;
    const scene: Scene = { desk, people, story, number, position, logged, actor };
    const owner = story.owner === undefined ? undefined : people[story.owner];
    if (owner?.userId)
      await editIncident(trx, actor, number, {
        assigneeId: owner.userId,
        severity: 'high',
        affected: 'Tulpe Garden Shop\nKestrel Tickets',
      });
    for (const step of COURSES[story.course]) {
      if (
        step.at > (story.until ?? Number.POSITIVE_INFINITY) ||
        logged.getTime() + step.at * HOUR > now.getTime()
      )
        break;
      await playStep(trx, scene, step);
    }
  });
}

/** Fills an empty, throw-away database with the demonstration. */
export async function fillDemo(desk: Desk, password: string): Promise<string> {
  const { db } = desk;
  const now = new Date();
  const moment = "coalesce(nullif(current_setting('demo.now', true), '')::timestamptz, now())";
  for (const table of ['timeline_entries', 'messages', 'evidence', 'rejections', 'tickets']) {
    await sql`alter table ${sql.table(table)} alter column recorded_at set default ${sql.raw(moment)}`.execute(
      db,
    );
  }
  await sql`alter table timeline_entries alter column occurred_at set default ${sql.raw(moment)}`.execute(db);
  const people: Actor[] = [];
  for (const person of PEOPLE)
    people.push({
      userId: await addUser(db, { ...person, password, timeZone: 'Europe/Berlin' }),
      tokenId: null,
      name: person.name,
    });
  await saveProfile(db, {
    name: 'Harbour Hosting',
    website: 'https://harbour.example.com',
    contactName: 'Jonas Weber',
    contactEmail: 'postmaster@harbour.example.com',
    contactPhone: '+49 40 5550100',
    postalAddress: 'Kai 4, 20457 Hamburg',
    replyAddress: 'postmaster@harbour.example.com',
    abuseAddress: 'abuse@harbour.example.com',
    sendingDomains: ['harbour.example.com', 'tickets.kestrel.example.com', 'tulpe.example.com'],
    mailKinds: 'order confirmations, tickets and password resets',
    dailyVolume: 'about 2,300',
    optIn: 'Mail goes to people who have just ordered or asked; there are no lists.',
    jmrpSince: '2019-04-02',
    sndsSince: '2019-04-02',
    programmes: [],
    dkimSelectors: ['mail2024'],
  });
  await db.transaction().execute(async (trx) => {
    for (const { text, ...facts } of ADDRESSES) {
      await addAddress(trx, parseNetwork(text), {
        ...facts,
        inUseSince: '2021-02-03',
        jmrpSince: null,
        sndsSince: null,
        notes: '',
        checkEveryHours: null,
      });
    }
  });
  for (const [position, story] of STORIES.entries()) await playStory(desk, people, story, position, now);
  await fillLabels(desk, people[0] as Actor, atMoment);
  // Nobody outside is asked about addresses of a demonstration.
  await db.updateTable('checks').set({ finished_at: now }).execute();
  await fillEvidence(desk, now);
  await fillDeliveries(db, now);
  await tellDemo(db, now);
  return PEOPLE[0].email;
}
