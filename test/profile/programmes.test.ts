import t from 'tap';
import type { Standing } from '../../src/database/tables.ts';
import { FINDINGS } from '../../src/letters/claims/claims-from-facts.ts';
import { otherProgrammes, PROGRAMMES, programmesOf } from '../../src/profile/programmes.ts';
import { PROFILE, signedIn, testDesk } from '../desk.ts';

const TODAY = '2026-11-26';
const record = (programme: string, standing: Standing, expires_on: string | null = null) => ({
  programme,
  standing,
  expires_on,
});

t.test(
  'the data: each programme says what it brings, costs and does not, and knows its own name',
  async (t) => {
    t.equal(new Set(PROGRAMMES.map(({ key }) => key)).size, PROGRAMMES.length);
    for (const { key, name, facts } of PROGRAMMES) {
      for (const about of ['brings', 'costs', 'limits'] as const)
        t.ok(
          facts.some((fact) => fact.about === about),
          `${key}: ${about}`,
        );
      t.strictSame(otherProgrammes([name], [record(key, 'ended')]), [], `${name} names ${key}`);
    }
  },
);

t.test(
  'a member is one until its last day; who is none is not named, whatever was written down',
  async (t) => {
    const lines = ['Return-Path Certified, in good standing', 'Some other seal'];
    const of = (standing: Standing, until: string | null = null) =>
      programmesOf(lines, [record('validity', standing, until)], TODAY);
    t.strictSame(of('member'), ['Sender Certification (Validity)', 'Some other seal']);
    t.strictSame(of('member', TODAY), ['Sender Certification (Validity)', 'Some other seal']);
    t.strictSame(of('member', '2026-11-25'), ['Some other seal']);
    for (const standing of ['applied', 'suspended', 'ended'] as const)
      t.strictSame(of(standing), ['Some other seal']);
    t.strictSame(programmesOf(lines, [], TODAY), lines, 'without a record the lines stand');
    t.strictSame(otherProgrammes(['CSAT survey', 'csa', 'Member of CSA.'], [record('csa', 'member')]), [
      'CSAT survey',
    ]);
  },
);

const inADays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

t.test('the profile follows the records, and comes back as it was sent', async (t) => {
  const { api } = await testDesk(t);
  const sent = { ...PROFILE, programmes: ['Sender Certification, in good standing', 'A seal'] };
  t.strictSame((await api('PUT', '/profile', sent)).body.programmes, sent.programmes);
  const made = await api('PUT', '/programmes/validity', {
    standing: 'member',
    since: '2026-01-01',
    expiresOn: inADays(30),
    reference: 'contract 12',
  });
  t.match(made, {
    status: 200,
    body: { key: 'validity', membership: { standing: 'member', inForce: true } },
  });
  const kept = (await api('GET', '/profile')).body;
  t.strictSame(kept.programmes, ['Sender Certification (Validity)', 'A seal'], 'once, by its record');
  t.strictSame((await api('PUT', '/profile', kept)).body, kept, 'sent back, nothing changes');
  await api('PUT', '/programmes/validity', { standing: 'suspended' });
  t.strictSame(
    (await api('PUT', '/profile', sent)).body.programmes,
    ['A seal'],
    'a line does not undo the record',
  );
  await api('DELETE', '/programmes/validity');
  t.strictSame((await api('GET', '/profile')).body.programmes, ['A seal']);
});

t.test('a letter claims certification by a record in force, and by no other', async (t) => {
  const { api } = await testDesk(t);
  await api('PUT', '/profile', PROFILE);
  const claim = async () => {
    const { body: profile } = await api('GET', '/profile');
    return FINDINGS['sender-certified']?.({ profile, addresses: [], rejections: [], evidence: [] });
  };
  t.equal(await claim(), undefined);
  await api('PUT', '/programmes/csa', { standing: 'member', expiresOn: inADays(1) });
  t.match(await claim(), { status: 'supported', words: 'Certified Senders Alliance (CSA)' });
  await api('PUT', '/programmes/csa', { standing: 'member', expiresOn: inADays(-2) });
  t.equal(await claim(), undefined);
});

t.test('the page tells facts with their sources, and keeps what was typed', async (t) => {
  const given = await testDesk(t);
  await given.api('PUT', '/profile', PROFILE);
  const browser = await signedIn(given);
  const page = await browser.get('/settings/programmes');
  for (const words of ['It is paid.', 'unverified', 'None is needed to ask', 'Not recorded.'])
    t.match(page.body, words);
  const save = (fields: Record<string, string>) => browser.post('/settings/programmes/csa', fields);
  const wrong = await save({
    standing: 'member',
    since: '2026-05-01',
    expiresOn: '2026-04-01',
    reference: 'kept <here>',
    version: '0',
  });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /cannot end before it began/);
  t.match(wrong.body, 'kept &lt;here&gt;');
  t.equal((await save({ standing: 'member', expiresOn: inADays(3), version: '0' })).statusCode, 303);
  t.match((await browser.get('/settings/profile')).body, 'Certified Senders Alliance (CSA): member');
  t.match((await save({ standing: 'ended', version: '0' })).body, 'Somebody changed this meanwhile');
  t.equal((await save({ standing: 'ended', version: '1' })).statusCode, 303);
  t.equal((await browser.post('/settings/programmes/csa/removal')).statusCode, 303);
  t.equal((await browser.post('/settings/programmes/csa/removal')).statusCode, 404);
  t.equal((await given.api('PUT', '/programmes/nobody', { standing: 'member' })).status, 404);
});
