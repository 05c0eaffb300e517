import t from 'tap';
import { judgeClaims } from '../../src/letters/claims/claims.ts';
import { draftLetter, tidy } from '../../src/letters/draft.ts';
import { gap, type LetterFacts, NEEDS, type Need } from '../../src/letters/facts.ts';
import { loadTemplates } from '../../src/letters/templates.ts';
import { factsWith, fullProfile, knownFacts, PLAN, sourcesWith } from './letters.fixture.ts';

const templates = loadTemplates();
const without: Record<Need, (facts: LetterFacts) => LetterFacts> = {
  addresses: (facts) => ({ ...facts, addresses: [] }),
  refusal: (facts) => ({ ...facts, refusal: null }),
  'ticket-reference': (facts) => ({ ...facts, ticketReference: '' }),
  name: (facts) => ({ ...facts, profile: { ...facts.profile, name: '' } }),
  website: (facts) => ({ ...facts, profile: { ...facts.profile, website: '' } }),
  'contact-name': (facts) => ({ ...facts, profile: { ...facts.profile, contactName: '' } }),
  'contact-email': (facts) => ({ ...facts, profile: { ...facts.profile, contactEmail: '' } }),
  'sending-domains': (facts) => ({ ...facts, profile: { ...facts.profile, sendingDomains: [] } }),
  'dead-list': (facts) => ({ ...facts, list: { name: 'A list that lives', ended: null } }),
  'warm-up-plan': (facts) => ({ ...facts, warmUp: { ...PLAN, weeks: [] } }),
  'start-date': (facts) => ({ ...facts, warmUp: { ...PLAN, startsAt: null } }),
  'moved-from': (facts) => ({ ...facts, warmUp: { ...PLAN, movedFrom: '' } }),
  answers: (facts) => ({ ...facts, questions: ['Who operates the server?'] }),
  // Nothing holds them but the letter itself.
  account: (facts) => facts,
  'abuse-evidence': (facts) => facts,
  lock: (facts) => facts,
  'sample-headers': (facts) => facts,
  decision: (facts) => facts,
  prevention: (facts) => facts,
};
const complete = knownFacts({ profile: fullProfile });

t.test('a fact that is missing is named, with its place, and seen in the text as a gap', async (t) => {
  for (const template of templates) {
    const claims = judgeClaims(template.claims, sourcesWith(), factsWith().now);
    for (const need of template.needs) {
      const { subject, body, missing } = draftLetter(template, without[need](complete), claims);
      const found = missing.filter((one) => one.key === need || one.where !== 'letter');
      t.match(found, [{ key: need, where: NEEDS[need].where }], `${template.key}: ${need}`);
      t.ok(found[0]?.label);
      t.ok(
        `${subject}\n${body}`.includes(gap(need)),
        `${template.key} ${template.language}: ${need} shows as ${gap(need)}`,
      );
    }
  }
});

t.test('what a letter can do without is no gap', async (t) => {
  for (const template of templates) {
    const claims = judgeClaims(template.claims, sourcesWith(), factsWith().now);
    for (const need of Object.keys(without) as Need[]) {
      if (template.needs.includes(need)) continue;
      const { subject, body, missing } = draftLetter(template, without[need](complete), claims);
      t.strictSame(
        missing.filter((one) => one.where !== 'letter'),
        [],
        `${template.key}: ${need}`,
      );
      t.notOk(
        `${subject}\n${body}`.includes(gap(need)),
        `${template.key} ${template.language}: no gap for ${need}`,
      );
    }
  }
});

t.test('what was left out leaves no trace', async (t) => {
  t.equal(tidy('a  \n\n\n\nb\r\n–\n– \n– c\n\n'), 'a\n\nb\n– c\n');
  t.equal(tidy('\n\n'), '\n');
});
