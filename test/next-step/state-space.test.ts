import t from 'tap';
import { isInTicket, isRequest, isToDesk } from '../../src/letters/rounds.ts';
import { fill } from '../../src/next-step/engine.ts';
import { hrefOf } from '../../src/next-step/links.ts';
import { RULES } from '../../src/next-step/rules.ts';
import type { Button } from '../../src/next-step/schema.ts';
import { judgePoint, pointsOf } from '../../src/next-step/state-space.ts';
import { CATALOGUE, NOW } from './situations.fixture.ts';

const PROVIDERS = [
  'outlook-com',
  'microsoft-365',
  'gmail',
  'yahoo',
  't-online',
  'icloud',
  'gmx',
  'barracuda',
  'cloudmark',
  'proofpoint',
  'spamhaus',
  'spamcop',
  'free-fr',
  'mimecast',
  'nobody-knows.example',
];

const asks = ({ go, round, elsewhere }: Button) =>
  go === 'letter' && elsewhere !== true && (round === undefined || isRequest(round));

const answers = ({ go, round }: Button) =>
  go === 'letter' && round !== undefined && isToDesk(round) && isInTicket(round);

t.test(
  'in every situation there is one step with a reason and a button, and nothing speaks against it',
  async (t) => {
    const wrong: string[] = [];
    let points = 0;
    for (const point of pointsOf(PROVIDERS)) {
      points++;
      const { step, situation } = judgePoint(point, CATALOGUE, NOW);
      const name = Object.values(point).join(' ');
      if (!step?.what || !step.why || !step.button) {
        wrong.push(`${name}: no step`);
        continue;
      }
      const buttons = [step.button, ...step.also, ...step.alternatives.map(({ button }) => button)];
      const about = { number: 1, provider: point.provider, address: '203.0.113.7', others: situation.others };
      if (!buttons.every((button) => hrefOf(button, about).startsWith('/')))
        wrong.push(`${name}: a button to nowhere`);
      if (/[{}]|undefined|\bnull\b/.test(`${step.what} ${step.why}`)) wrong.push(`${name}: ${step.why}`);
      const { facts } = situation;
      if (!facts.mayWrite && buttons.some(asks)) wrong.push(`${name}: ${step.id} asks while it harms`);
      if (!facts.takesLetters && buttons.some(({ go, elsewhere }) => go === 'letter' && !elsewhere))
        wrong.push(`${name}: ${step.id} writes where nobody reads`);
      if (step.waits && buttons.some(asks)) wrong.push(`${name}: ${step.id} waits and asks`);
      const rules = [step.id, ...step.alternatives.map(({ id }) => id)].map((id) =>
        RULES.find((one) => one.id === id),
      );
      if (facts.onlyReceipt && rules.some((rule) => rule?.replies)) wrong.push(`${name}: answers a receipt`);
      if (new Set(rules).size < rules.length) wrong.push(`${name}: ${step.id} twice`);
      if (step.id === 'look' && point.state !== 'action-needed') wrong.push(`${name}: no rule`);
      if (facts.flowed && facts.cameBack && buttons.some(answers))
        wrong.push(`${name}: ${step.id} answers in the ticket of what had ended`);
      if (facts.flowed && step.id === 'wait-for-effect')
        wrong.push(`${name}: waits for what was seen to hold`);
      if (point.evidence === 'own fault' && buttons.some(asks))
        wrong.push(`${name}: ${step.id} before the fix`);
    }
    t.ok(points > 20_000, `${points} situations`);
    t.strictSame(wrong.slice(0, 20), [], `${wrong.length} in all`);
  },
);

t.test('what a sentence names and is not known leaves no trace', async (t) => {
  const { situation } = judgePoint(
    { provider: 'outlook-com', state: 'open', verdict: null, round: 0, hours: 1, evidence: 'none' },
    CATALOGUE,
    NOW,
  );
  t.equal(fill('{provider} said no. {lacked}', { ...situation.words, lacked: '' }), 'Outlook.com said no.');
});
