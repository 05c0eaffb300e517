import t from 'tap';
import type { IncidentState } from '../../../src/database/tables.ts';
import { judgeClaims } from '../../../src/letters/claims/claims.ts';
import type { EarlierRequest, RefusedLetter } from '../../../src/letters/gate/earlier.ts';
import type { GateFacts, GateLetter } from '../../../src/letters/gate/finding.ts';
import { CHECK_NAMES, RULES } from '../../../src/letters/gate/judge.ts';
import type { Language } from '../../../src/letters/language.ts';
import { factsWith, fullProfile, record, sourcesWith } from '../letters.fixture.ts';
import { bodyWith, hoursAgo, judged, NOW, REFUSAL, SUBJECT, said } from './gate.fixture.ts';

type Case = { letter?: Partial<GateLetter>; facts?: Partial<GateFacts> };

const claims = (...records: Parameters<typeof record>[]) =>
  judgeClaims(
    [...new Set(records.map(([key]) => key))],
    sourcesWith({ evidence: records.map((one) => record(...one)), rejections: [] }),
    NOW,
  );
const withFacts = (changes: Parameters<typeof factsWith>[0]): Case['facts'] => ({
  letter: factsWith({ lastLetter: null, lastReply: null, ...changes }),
});
const request = (changes: Partial<EarlierRequest> = {}): EarlierRequest => ({
  incident: 39,
  letter: 7,
  round: 'first',
  sentAt: hoursAgo(5),
  answeredAt: null,
  isOver: false,
  ...changes,
});
const refused = (changes: Partial<RefusedLetter> = {}): RefusedLetter => ({
  incident: 41,
  letter: 7,
  subject: SUBJECT,
  body: bodyWith(),
  sentAt: hoursAgo(24),
  refusedAt: hoursAgo(1),
  verdict: 'denied',
  claims: [{ key: 'fix-date', status: 'supported', words: 'a form was limited' }],
  ...changes,
});
const answered = {
  letter: factsWith({
    lastLetter: { at: hoursAgo(24), round: 'first' },
    lastReply: { at: hoursAgo(1), verdict: 'denied', quote: '' },
  }),
};
const LISTED: Partial<GateFacts> = { audience: 'block-list', lists: ['Spamhaus CSS', 'Spamhaus XBL'] };
const old = (hours: number, recorded: number) =>
  withFacts({
    refusal: { text: REFUSAL, at: hoursAgo(hours), recordedAt: hoursAgo(recorded), codes: '550 5.7.1 S3150' },
    incident: { ...factsWith().incident, lastRejectionAt: hoursAgo(hours) },
  });

const guessed = (isGuess: boolean) => ({
  text: REFUSAL,
  at: new Date('2026-03-11T06:03:07Z'),
  codes: '550 5.7.1 S3150',
  isGuess,
});

/** Each check: what it says, a letter that trips it, and one that is close and does not. */
const CASES: Record<string, [string, Case, Case]> = {
  'address-missing': [
    'stop address-missing',
    { letter: { subject: 'Mail refused', body: 'Please review the block of our address.' } },
    { letter: { subject: 'Mail refused', body: 'Please review 203.0.113.7.' } },
  ],
  'address-not-in-subject': [
    'warn address-not-in-subject',
    { letter: { subject: 'Mail refused' } },
    { letter: { subject: 'Mail from 203.0.113.7' } },
  ],
  'address-late': [
    'warn address-late',
    { letter: { body: `Hello,\n\nMail is refused.\n\n${bodyWith()}` } },
    { letter: { body: bodyWith() } },
  ],
  'address-told': ['good address-told', {}, { letter: { subject: 'Mail refused' } }],
  'address-masked': [
    'stop address-masked:203.0.113.x',
    { letter: { body: bodyWith('Our range is 203.0.113.x.') } },
    { letter: { body: bodyWith('Our range is 203.0.113.0/29, and Exim is 4.x.') } },
  ],
  'address-of-others': [
    'warn address-of-others:198.51.100.9',
    { letter: { body: bodyWith('The same holds for 198.51.100.9.') } },
    { letter: { body: bodyWith('It is in 203.0.113.0/29, seen at 06:03:07.') } },
  ],
  'refusal-left-out': [
    'stop refusal-left-out',
    { letter: { body: 'Mail from 203.0.113.7 is refused, 06:03 UTC.' }, facts: { route: null } },
    { letter: { body: bodyWith() }, facts: { route: null } },
  ],
  'refusal-shortened': [
    'warn refusal-shortened',
    { letter: { body: 'Mail from 203.0.113.7 is refused with 550 5.7.1 (S3150), 06:03 UTC.' } },
    { letter: { body: bodyWith() } },
  ],
  'refusal-whole': [
    'good refusal-whole',
    {},
    { letter: { body: 'Mail from 203.0.113.7 is refused with 550 5.7.1 (S3150), 06:03 UTC.' } },
  ],
  'refusal-without-zone': [
    'warn refusal-without-zone',
    { letter: { body: 'Mail from 203.0.113.7 is refused since 06:03.' } },
    { letter: { body: 'Mail from 203.0.113.7 is refused since 06:03 +01:00.' } },
  ],
  'refusal-time-guessed': [
    'warn refusal-time-guessed',
    {
      letter: { body: bodyWith('Since 11 March 2026, 06:03 UTC.') },
      facts: withFacts({ refusal: guessed(true) }) as object,
    },
    {
      letter: { body: bodyWith('Since 11 March 2026, 06:03 UTC.') },
      facts: withFacts({ refusal: guessed(false) }) as object,
    },
  ],
  'refusal-old': ['stop refusal-old', { facts: old(80, 30) as object }, { facts: old(20, 20) as object }],
  'list-not-named': [
    'warn list-not-named',
    { facts: { ...LISTED, ...withFacts({ blockCode: '' }) } },
    {
      letter: { body: bodyWith('It is in Spamhaus CSS.') },
      facts: { ...LISTED, ...withFacts({ blockCode: '' }) },
    },
  ],
  'list-of-others': ['warn list-of-others', { facts: { citedList: 'Spamhaus CSS' } }, {}],
  'wrong-desk': [
    'warn wrong-desk',
    { facts: { route: { kind: 'none', name: 'Nothing to ask', takesRefusal: false } } },
    {},
  ],
  'other-provider': [
    'warn other-provider:Orange France',
    { letter: { body: bodyWith('Orange France takes it.') }, facts: { otherProviders: ['Orange France'] } },
    { letter: { body: bodyWith('An orange france label.') }, facts: { otherProviders: ['Orange France'] } },
  ],
  'too-long': [
    'warn too-long',
    { letter: { body: bodyWith('word '.repeat(181)) } },
    {
      letter: {
        body: bodyWith(`${'word '.repeat(110)}\n– ${'data '.repeat(200)}\nCompany: ${'x '.repeat(50)}`),
      },
    },
  ],
  'cause-open': [
    'stop cause-open',
    { facts: { claims: claims(['no-compromise-found', { result: 'contradicts' }]) } },
    { facts: { claims: claims(['no-compromise-found', { result: 'contradicts' }], ['compromise-fixed']) } },
  ],
  'cause-unknown': ['warn cause-unknown', {}, { facts: { claims: claims(['no-compromise-found']) } }],
  'cause-told': [
    'good cause-told',
    { facts: { claims: claims(['fix-date']).map((one) => ({ ...one, stated: 'fact' })) } },
    { facts: { claims: claims(['fix-date']) } },
  ],
  'dated-fix': [
    'good dated-fix',
    { letter: { body: bodyWith('The mailbox was closed on 9 March 2026.') } },
    { letter: { body: bodyWith('The mailbox was closed.') } },
  ],
  'count-with-period': [
    'good count-with-period',
    { letter: { body: bodyWith('3 of 31,000 messages in 7 days.') } },
    { letter: { body: bodyWith('Hardly a message in days.') } },
  ],
  capitals: [
    'warn capitals',
    { letter: { body: bodyWith('PLEASE LIFT THE BLOCK TODAY') } },
    { letter: { body: bodyWith('SPF DKIM and DMARC PASS') } },
  ],
  'exclamation-marks': [
    'warn exclamation-marks',
    { letter: { body: bodyWith('Please answer!!') } },
    { letter: { body: bodyWith('Thanks!') } },
  ],
  placeholder: [
    'stop placeholder:[your name]',
    { letter: { body: bodyWith('I am [your name].') } },
    {
      letter: { body: bodyWith('It is [MX01 of theirs] at [203.0.113.7].'), base: 'It is [MX01 of theirs]' },
    },
  ],
  'outside-score': [
    'warn outside-score',
    {
      facts: {
        claims: claims(['sender-score', { words: '61 of 100' }]).map((one) => ({ ...one, stated: 'fact' })),
      },
    },
    { facts: { claims: claims(['sender-score']).map((one) => ({ ...one, stated: 'fact' })) } },
  ],
  'open-request': [
    'stop open-request',
    { facts: { requests: [request()] } },
    { facts: { requests: [request({ answeredAt: hoursAgo(1) })] } },
  ],
  'cool-down': [
    'warn cool-down',
    { facts: { requests: [request({ answeredAt: hoursAgo(1) })] } },
    { facts: { requests: [request({ sentAt: hoursAgo(49), answeredAt: hoursAgo(47) })] } },
  ],
  'limit-of-requests': [
    'warn limit-of-requests',
    { facts: { stop: { limitEnd: hoursAgo(-5), again: null, text: 'Two in 14 days.' } } },
    {
      letter: { round: 'thanks' },
      facts: { stop: { limitEnd: hoursAgo(-5), again: null, text: 'Two in 14 days.' } },
    },
  ],
  'too-soon': [
    'warn too-soon',
    { facts: { stop: { limitEnd: null, again: hoursAgo(-5), text: 'One form for each change.' } } },
    {
      letter: { round: 'second-review' },
      facts: { stop: { limitEnd: null, again: hoursAgo(-5), text: 'One form for each change.' } },
    },
  ],
  'rounds-used-up': [
    'warn rounds-used-up',
    {
      facts: {
        requests: [1, 2, 3, 4].map((n) => request({ sentAt: hoursAgo(n * 60), answeredAt: hoursAgo(1) })),
      },
    },
    {
      facts: {
        requests: [1, 2, 3].map((n) => request({ sentAt: hoursAgo(n * 60), answeredAt: hoursAgo(1) })),
      },
    },
  ],
  'too-soon-to-remind': [
    'warn too-soon-to-remind',
    { letter: { round: 'followup-silence' }, facts: { requests: [request()] } },
    { letter: { round: 'followup-silence' }, facts: { requests: [request({ sentAt: hoursAgo(50) })] } },
  ],
  'nothing-new': [
    'stop nothing-new',
    {
      letter: { round: 'second-review' },
      facts: {
        ...answered,
        refused: refused(),
        claims: claims(['fix-date', { words: 'a form was limited' }]),
      },
    },
    {
      letter: { round: 'second-review' },
      facts: { ...answered, refused: refused(), claims: claims(['sender-score']) },
    },
  ],
  'new-facts': [
    'good new-facts',
    {
      letter: { round: 'second-review' },
      facts: {
        refused: refused(),
        ...withFacts({ lastReply: { at: hoursAgo(3), verdict: 'denied', quote: '' } }),
      },
    },
    { letter: { round: 'second-review' }, facts: { ...answered, refused: refused() } },
  ],
  'contact-behind-block': [
    'warn contact-behind-block',
    { facts: withFacts({ profile: { ...fullProfile, replyAddress: 'a@shop.example.net' } }) as object },
    { facts: withFacts({ profile: fullProfile }) as object },
  ],
  'unattended-mailbox': [
    'warn unattended-mailbox',
    { facts: { to: 'noreply@example.com' } },
    { facts: { to: 'no-replies-please@example.com' } },
  ],
  'reason-refused': [
    'warn reason-refused',
    {
      letter: { round: 'ask-cause' },
      facts: withFacts({
        lastReply: { at: hoursAgo(3), verdict: 'refused-to-explain', quote: '' },
      }) as object,
    },
    { letter: { round: 'ask-cause' } },
  ],
  'not-refused': [
    'warn not-refused',
    {
      letter: { round: 'second-review' },
      facts: withFacts({
        lastReply: { at: hoursAgo(3), verdict: 'mitigated', quote: '' },
        incident: { ...factsWith().incident, state: 'mitigated' },
      }) as object,
    },
    { letter: { round: 'second-review' }, facts: answered },
  ],
};

t.test('a second review of what was lifted, and is refused again, is what is to be sent', async (t) => {
  const lastReply = { at: hoursAgo(60), verdict: 'mitigated' as const, quote: '' };
  const said60 = (state: IncidentState, hours: number) =>
    said(
      { round: 'second-review' },
      withFacts({
        lastReply,
        incident: { ...factsWith().incident, state, lastRejectionAt: hoursAgo(hours) },
      }) as object,
    ).includes('warn not-refused');
  t.notOk(said60('open', 1));
  t.ok(said60('mitigated', 1), 'while it stands as lifted it is not');
  t.ok(said60('open', 61), 'nor where nothing was refused since');
});

t.test('each check speaks of what it is for, and is silent beside it', async (t) => {
  t.strictSame(Object.keys(CASES).toSorted(), RULES.map((one) => one.check).toSorted(), 'each has its case');
  t.strictSame(CHECK_NAMES.toSorted(), RULES.map((one) => one.check).toSorted(), 'each is named by a rule');
  for (const [check, [expected, trips, passes]] of Object.entries(CASES)) {
    t.ok(
      said(trips.letter, trips.facts).includes(expected),
      `${expected}: ${said(trips.letter, trips.facts)}`,
    );
    t.notOk(
      said(passes.letter, passes.facts).some((one) => one.split(' ')[1]?.split(':')[0] === check),
      `${check} is silent: ${said(passes.letter, passes.facts)}`,
    );
  }
});

t.test('dated facts and counts are seen in each language', async (t) => {
  const helps: [Language, string, string][] = [
    ['en', 'The mailbox was closed on 9 March 2026 at 14:00 UTC.', '3 of 31,000 messages in 7 days.'],
    ['de', 'Das Postfach wurde am 9. März 2026 gesperrt.', '3 von 31.000 Nachrichten in 7 Tagen.'],
    ['fr', 'Le compte a été fermé le 1er mars 2026.', '3 messages sur 31 000 en 7 jours.'],
    ['it', 'La casella è stata chiusa il 9 marzo 2026.', '3 messaggi su 31.000 in 7 giorni.'],
    ['es', 'La cuenta fue bloqueada el 9 de marzo de 2026.', '3 de 31.000 mensajes en 7 días.'],
    ['nl', 'Het account is op 9 maart 2026 geblokkeerd.', '3 van 31.000 berichten in 7 dagen.'],
  ];
  for (const [language, dated, counted] of helps) {
    const found = said({ body: bodyWith(`${dated} ${counted}`), language });
    t.ok(found.includes('good dated-fix'), dated);
    t.ok(found.includes('good count-with-period'), counted);
    const plain = judged({ body: bodyWith().replace(/ of 11 March 2026,/, ''), language }).findings;
    t.notOk(
      plain.some(({ key }) => key === 'dated-fix'),
      `${language}: nothing done, nothing dated`,
    );
  }
});

t.test('an open request stops until its time is over, and never an answer in the ticket', async (t) => {
  const facts = { requests: [request()] };
  const [stop] = judged({}, facts).findings;
  t.match(stop, {
    key: 'open-request',
    level: 'stop',
    until: new Date(hoursAgo(5).getTime() + 48 * 3_600_000),
  });
  t.match(stop?.title, '#39');
  for (const round of ['second-review', 'answer-info', 'ask-cause', 'pre-emptive', 'thanks'] as const)
    t.notOk(
      said({ round }, facts).some((one) => one.includes('request')),
      round,
    );
  t.ok(said({}, { requests: [request({ sentAt: hoursAgo(50) })] }).includes('warn open-request'));
  t.notOk(said({}, { requests: [request({ isOver: true })] }).some((one) => one.includes('request')));
});

t.test('what is recorded afterwards cannot be too early any more', async (t) => {
  const afterwards = { isAfterwards: true };
  t.ok(said({}, { ...afterwards, requests: [request()] }).includes('warn open-request'));
  t.ok(said({}, { ...afterwards, ...old(80, 30) }).includes('warn refusal-old'));
  const again = { ...answered, refused: refused(), ...afterwards };
  t.ok(said({ round: 'second-review' }, again).includes('warn nothing-new'));
});

t.test('an old refusal that was pasted today warns, and the logs may know a newer one', async (t) => {
  t.ok(said({}, old(80, 1) as object).includes('warn refusal-old'));
  t.ok(said({ round: 'second-review' }, old(80, 80) as object).includes('warn refusal-old'));
});

t.test('with the least that is known nothing stops', async (t) => {
  t.strictSame(
    judged().findings.filter(({ level }) => level === 'stop'),
    [],
  );
});

t.test('a notice to customers is asked none of it', async (t) => {
  t.strictSame(
    judged(
      { subject: 'Mail to Outlook.com', body: 'Mail is late.', round: 'notice' },
      { audience: 'others', showsRefusal: false },
    ).findings,
    [],
  );
});
