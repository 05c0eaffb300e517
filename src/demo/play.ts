import type { Desk } from '../app.ts';
import { recordMessage } from '../correspondence/record.ts';
import { readMessage } from '../correspondence/take-message.ts';
import type { Trx } from '../database/open.ts';
import type { ClaimFinding } from '../evidence/kind.ts';
import { recordEvidence } from '../evidence/store.ts';
import { editIncident } from '../incidents/facts-store.ts';
import { readHere } from '../incidents/logging/read-report.ts';
import { blocksToLog, takeReport } from '../incidents/logging/take-report.ts';
import { confirmRecovery, setState } from '../incidents/state-store.ts';
import { claimText } from '../letters/claims/claims.ts';
import { startLetter } from '../letters/draft-store.ts';
import { sendLetter } from '../letters/sending.ts';
import { suggestTemplate } from '../letters/suggest.ts';
import { addNote } from '../timeline/notes.ts';
import type { Actor } from '../web/access.ts';
import { saidByLists } from './evidence.ts';
import { atMoment } from './moment.ts';
import { ADDRESSES } from './organisation.ts';
import { ANSWERS, REFUSALS } from './replies.ts';
import { COURSES, type Step, type Story } from './stories.ts';

const HOUR = 3_600_000;

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

/** A story at one of its steps. */
type Scene = {
  desk: Desk;
  story: Story;
  number: number;
  position: number;
  actor: Actor;
  at: Date;
};

const addressOf = ({ address }: Story) => ADDRESSES[address];
const referenceOf = ({ story, position }: Scene): string | undefined =>
  ANSWERS[story.provider]?.reference.replace('{n}', String(10_000 + position * 37)) || undefined;

type Looked = Pick<ClaimFinding, 'claim' | 'result' | 'words'> & { source: string };

/** What is looked up before a letter. */
async function looked({ desk, story, at }: Scene): Promise<Looked[]> {
  const { text = '', hostname = '' } = addressOf(story) ?? {};
  const isListed = story.provider === 'spamhaus';
  return [
    { ...(await saidByLists(desk.catalogue, text, { isListed, at })), source: 'own resolver' },
    { claim: 'fcrdns-ok', result: 'supports', words: hostname, source: 'own resolver' },
    {
      claim: 'no-compromise-found',
      result: 'supports',
      words: 'queue, logins and outgoing rates of the last 72 hours show nothing unusual',
      source: 'logs of the server',
    },
  ];
}

async function playEvidence(trx: Trx, scene: Scene): Promise<void> {
  for (const { claim, result, words, source } of await looked(scene))
    await recordEvidence(trx, scene.actor, scene.number, {
      claim,
      about: claimText(claim),
      result,
      words,
      source,
      observedAt: scene.at,
      address: null,
    });
}

async function playLetter(trx: Trx, scene: Scene, { round }: StepOf<'letter'>): Promise<void> {
  const { desk, story, number, actor, at } = scene;
  const { letters, catalogue } = desk;
  const provider = catalogue.byKey.get(story.provider);
  const template = provider && suggestTemplate(await letters.current(trx), provider, round);
  if (!template) return;
  const letter = await startLetter(trx, actor, number, { template, provider, letters, now: at });
  const reference = referenceOf(scene);
  const channel = round === 'first' && reference ? 'form' : 'email';
  await sendLetter(trx, actor, letter, { template, provider }, { channel, reference, at });
}

async function playReply(trx: Trx, scene: Scene, { what }: StepOf<'reply'>): Promise<void> {
  const { desk, story, number, actor, at } = scene;
  const answers = ANSWERS[story.provider];
  const text = answers?.replies[what];
  if (!text) return;
  const reference = referenceOf(scene);
  const ip = addressOf(story)?.text ?? '';
  const message = await readMessage(
    {
      direction: 'in',
      channel: 'email',
      rawMail: null,
      from: answers.from,
      subject: reference ? `RE: ${reference} ${ip}` : `Re: ${ip}`,
      text: text.replaceAll('{ip}', ip).replaceAll('{ref}', reference ?? ''),
      at,
      reference,
    },
    { catalogue: desk.catalogue, provider: story.provider },
  );
  await recordMessage(trx, actor, number, message, desk.catalogue.byKey.get(story.provider));
}

type StepOf<Do extends Step['do']> = Extract<Step, { do: Do }>;

/** How each kind of step is played: by the functions that people's own steps go through. */
const PLAYS: { [Do in Step['do']]: (trx: Trx, scene: Scene, step: StepOf<Do>) => Promise<unknown> } = {
  evidence: playEvidence,
  letter: playLetter,
  reply: playReply,
  note: (trx, { actor, number, at }, { text }) => addNote(trx, actor, number, text, at),
  recover: (trx, { actor, number, position, at }) => {
    const accepted = 180 + position;
    const words = `${accepted} of ${accepted} accepted in the last 12 hours`;
    return confirmRecovery(trx, actor, number, { words, at });
  },
  close: (trx, { actor, number, at }) =>
    setState(trx, actor, number, { to: 'closed', reason: 'mail flows, nothing open', at }),
};

export async function playStory(
  desk: Desk,
  people: Actor[],
  story: Story,
  position: number,
  now: Date,
): Promise<void> {
  const logged = new Date(now.getTime() - story.daysAgo * 24 * HOUR);
  const ip = addressOf(story)?.text ?? '';
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
  const blocks = blocksToLog(readHere(raw, desk.catalogue, 'UTC'), given, desk.catalogue).map((block) => ({
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
    const owner = story.owner === undefined ? undefined : people[story.owner];
    if (owner?.userId)
      await editIncident(trx, actor, number, {
        assigneeId: owner.userId,
        severity: 'high',
        affected: 'Tulpe Garden Shop\nKestrel Tickets',
      });
    for (const step of COURSES[story.course]) {
      const at = new Date(logged.getTime() + step.at * HOUR);
      if (step.at > (story.until ?? Number.POSITIVE_INFINITY) || at > now) break;
      await atMoment(trx, at);
      const play = PLAYS[step.do] as (trx: Trx, scene: Scene, step: Step) => Promise<unknown>;
      await play(trx, { desk, story, number, position, actor, at }, step);
    }
  });
}
