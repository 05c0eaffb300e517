import t from 'tap';
import type { EvidenceRecord } from '../../src/letters/claims/claims-from-facts.ts';
import { type Known, standingOn } from '../../src/playbooks/standing.ts';
import { profileOf } from '../../src/profile/profile.ts';
import type { Prerequisite } from '../../src/providers/playbook-schema.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const [ONE, OTHER] = ['203.0.113.7', '203.0.113.8'];

const seen = (
  claim: string,
  address: string,
  result: EvidenceRecord['result'],
  hours = 1,
): EvidenceRecord => ({
  claim,
  result,
  words: 'as seen',
  source: 'a check',
  observedAt: hoursAgo(hours),
  address,
});
const known = (evidence: EvidenceRecord[], more: Partial<Known> = {}): Known => ({
  profile: { ...profileOf({} as never), programmes: [], sendingDomains: [], mailKinds: '', optIn: '' },
  memberships: [],
  addresses: [ONE, OTHER].map((text) => ({ text, jmrpSince: null, sndsSince: null })),
  fromIncidents: true,
  evidence,
  ...more,
});
const line = (more: Partial<Prerequisite>): Prerequisite => ({
  key: 'a',
  text: 'A',
  source: 's',
  verified: true,
  ...more,
});
const on = (more: Partial<Prerequisite>, given: Known) => standingOn(line(more), given, NOW);
const ptr = { claims: ['fcrdns-ok'] };

t.test('a prerequisite is in order only when each address was looked at, and lately', async (t) => {
  const both = [seen('fcrdns-ok', ONE, 'supports'), seen('fcrdns-ok', OTHER, 'supports', 3)];
  t.match(on(ptr, known(both)), { status: 'supported', at: hoursAgo(3) });
  t.match(on(ptr, known(both.slice(0, 1))), {
    status: 'unknown',
    words: /1 of 2 addresses, such as 203\.0\.113\.8.*nobody has looked/,
  });
  t.match(on(ptr, known([])), { status: 'unknown', words: /nobody has looked/, at: null });
  t.match(
    on(ptr, known([seen('fcrdns-ok', ONE, 'supports', 30), seen('fcrdns-ok', OTHER, 'supports', 30)])),
    { status: 'stale', at: hoursAgo(30) },
  );
  t.match(on(ptr, known([seen('fcrdns-ok', ONE, 'supports'), seen('fcrdns-ok', OTHER, 'contradicts')])), {
    status: 'contradicted',
    words: /such as 203\.0\.113\.8/,
    link: '/evidence/203.0.113.8',
  });
});

t.test('of several claims the worst speaks, or the best where one is enough', async (t) => {
  const mixed = known(
    [ONE, OTHER].flatMap((address) => [
      seen('spf-pass', address, 'supports'),
      seen('dkim-pass', address, 'contradicts'),
    ]),
  );
  t.equal(on({ claims: ['spf-pass', 'dkim-pass'] }, mixed).status, 'contradicted');
  t.equal(on({ claims: ['spf-pass', 'dkim-pass'], need: 'any' }, mixed).status, 'supported');
});

t.test('membership counts as it is on record, and what nothing can tell is for a person', async (t) => {
  const member = (expires_on: string | null) =>
    known([], { memberships: [{ programme: 'signal-spam', standing: 'member', expires_on }] });
  const signalSpam = { programme: 'signal-spam' };
  t.equal(on(signalSpam, member(null)).status, 'supported');
  t.match(on(signalSpam, member('2026-03-09')), { status: 'contradicted', words: /expired/ });
  t.match(on(signalSpam, known([])), { status: 'unknown', words: /no membership is on record/ });
  t.equal(on({}, known([])).status, 'by-hand');
  t.equal(
    on({ claims: ['fix-date'] }, known([], { fromIncidents: false })).status,
    'by-hand',
    'without an incident there is no fix to judge',
  );
  t.equal(on({ claims: ['fix-date'] }, known([])).status, 'unknown');
});
