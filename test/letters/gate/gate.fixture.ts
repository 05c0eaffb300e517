import type { GateFacts, GateLetter } from '../../../src/letters/gate/finding.ts';
import { judgeLetter } from '../../../src/letters/gate/judge.ts';
import { factsWith, hoursAgo, NOW, REFUSAL } from '../letters.fixture.ts';

export const SUBJECT = 'Mail from 203.0.113.7 refused (S3150)';
/** A letter against which nothing speaks; `more` stands in its middle. */
export const bodyWith = (more = '') => `Hello,

Your servers refuse mail from 203.0.113.7. The newest reply, of 11 March 2026, 06:03 UTC:

${REFUSAL}

${more}

Please review it.

Kind regards
Jonas Weber
`;

export const gateFacts = (changes: Partial<GateFacts> = {}): GateFacts => ({
  letter: factsWith({ lastLetter: null, lastReply: null }),
  claims: [],
  at: NOW,
  isAfterwards: false,
  audience: 'mailbox-provider',
  providerName: 'Outlook.com',
  showsRefusal: true,
  otherProviders: [],
  lists: [],
  citedList: null,
  route: { kind: 'form', name: 'Support form', takesRefusal: true },
  coolDown: { hours: 48, rounds: 4, text: 'Give each round 48 h.' },
  stop: { limitEnd: null, again: null, text: '' },
  to: '',
  requests: [],
  refused: null,
  ...changes,
});

export const gateLetter = (changes: Partial<GateLetter> = {}): GateLetter => ({
  subject: SUBJECT,
  body: bodyWith(),
  base: '',
  language: 'en',
  round: 'first',
  ...changes,
});

export const judged = (letter: Partial<GateLetter> = {}, facts: Partial<GateFacts> = {}) =>
  judgeLetter(gateLetter(letter), gateFacts(facts));

/** What is said, as `level key`. */
export const said = (letter: Partial<GateLetter> = {}, facts: Partial<GateFacts> = {}) =>
  judged(letter, facts).findings.map(({ level, key }) => `${level} ${key}`);

export { hoursAgo, NOW, REFUSAL };
