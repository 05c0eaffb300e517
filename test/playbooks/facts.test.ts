import t from 'tap';
import { listChanges } from '../../src/playbooks/store.ts';
import { recognise } from '../../src/providers/match.ts';
import { followUpDue, providerForHost } from '../../src/providers/playbook.ts';
import { testDatabase } from '../database.ts';
import { nextRelease, playbooksOf, providerOf } from './playbooks.fixture.ts';

const KEY = 'outlook-com';
const sentAt = new Date('2026-03-10T09:00:00Z');

t.test('a changed time is when a follow-up is due, until it goes back to the release’s', async (t) => {
  const { catalogue, set, reset } = playbooksOf(await testDatabase(t));
  const due = () => followUpDue(providerOf(KEY, catalogue), sentAt)?.toISOString();
  t.equal(due(), '2026-03-12T09:00:00.000Z');
  await set(KEY, 'timing/followUpAfter', 72);
  t.equal(due(), '2026-03-13T09:00:00.000Z');
  await set(KEY, 'timing/followUpAfter', null);
  t.equal(due(), undefined, 'taken away: never');
  await reset(KEY, 'timing/followUpAfter');
  t.equal(due(), '2026-03-12T09:00:00.000Z');
});

t.test('what does not fit is refused with the place, and nothing is kept', async (t) => {
  const { overlay, set } = playbooksOf(await testDatabase(t));
  const refused: [path: string, value: unknown, says: RegExp][] = [
    ['timing/followUpAfter', 'soon', /has to be a number/],
    ['timing/followUpAfter', 1, /before the usual answer/],
    ['timing/workingDays', null, /cannot be without/],
    ['worksWell/new', { text: '', source: 'us', verified: true }, /text/],
    ['worksWell/new', 'text', /has to be an object/],
    ['about', 'x'.repeat(2001), /2000/],
    [
      'routes/new',
      { kind: 'form', name: 'A form', fields: [], notes: [], source: 'us', verified: false },
      /needs its address/,
    ],
    [
      'escalation/new',
      { to: 'recipient', text: 'Ask.', route: 'no-such', source: 'us', verified: false },
      /route no-such/,
    ],
    ['rejections/block-list', null, /no fact/],
  ];
  for (const [path, value, says] of refused)
    await t.rejects(
      set(KEY, path, value),
      { code: 'invalid', message: says },
      `${path} ${JSON.stringify(value).slice(0, 40)}`,
    );
  await t.rejects(set('no-such', 'about', 'A provider.'), { code: 'not-found' });
  t.strictSame(overlay().facts, []);
});

t.test('facts that hold only together are taken in the order in which they hold', async (t) => {
  const { catalogue, set } = playbooksOf(await testDatabase(t));
  await set(KEY, 'timing/followUpAfter', 72);
  await set(KEY, 'timing/answeredWithin', 60);
  await t.rejects(set(KEY, 'timing/followUpAfter', 50), { code: 'invalid', message: /after 60 h/ });
  t.match(providerOf(KEY, catalogue).timing, { followUpAfter: 72, answeredWithin: 60 });
});

t.test('of two who change one fact, the second is told', async (t) => {
  const { overlay, set } = playbooksOf(await testDatabase(t));
  await set(KEY, 'stop/rounds', 3, 0);
  await t.rejects(set(KEY, 'stop/rounds', 2, 0), { code: 'changed-meanwhile' });
  await set(KEY, 'stop/rounds', 2, 1);
  t.match(overlay().facts, [{ path: 'stop/rounds', value: 2, builtIn: 4, version: 2, setBy: 'Mara Lind' }]);
});

t.test('a part of what was set as a whole is changed in the whole', async (t) => {
  const { catalogue, overlay, set } = playbooksOf(await testDatabase(t));
  await set('kpn', 'worksWell/new-tip', { text: 'Write in Dutch.', source: 'us', verified: false });
  const coolDown = { hours: 24, text: 'Wait a day.', source: 'us', verified: false };
  await set('kpn', 'coolDown/hours', 100);
  await set('kpn', 'coolDown', coolDown);
  await set('kpn', 'coolDown/hours', 36);
  t.match(providerOf('kpn', catalogue).coolDown, { ...coolDown, hours: 36 });
  t.strictSame(
    overlay().facts.map(({ path }) => path),
    ['coolDown', 'worksWell/new-tip'],
  );
});

t.test(
  'a new release changes what is built in, and what people changed stays until they say so',
  async (t) => {
    const db = await testDatabase(t);
    const before = playbooksOf(db);
    await before.set(KEY, 'timing/followUpAfter', 72);
    await before.set(KEY, 'stop/rounds', 3);
    const release = nextRelease(KEY, (one) => ({
      ...one,
      timing: { ...one.timing, followUpAfter: 96, effectiveWithin: 24 },
      stop: { ...one.stop, rounds: 5, text: 'Five rounds.', source: 'a new page', verified: true },
    }));
    const after = playbooksOf(db, release);
    await after.refresh();
    const now = () => providerOf(KEY, after.catalogue);
    t.match(now(), {
      timing: { followUpAfter: 72, effectiveWithin: 24 },
      stop: { rounds: 3, text: 'Five rounds.' },
    });
    await after.reset(KEY, 'timing/followUpAfter');
    t.equal(now().timing.followUpAfter, 96, 'the new one is taken');
    await after.set(KEY, 'stop/rounds', 3);
    t.match(
      after.overlay().facts,
      [{ path: 'stop/rounds', value: 3, builtIn: 5 }],
      'kept against the new one',
    );
    const { items } = await listChanges(db, KEY, { limit: 10 });
    t.match(
      items.map(({ kind, path, before: was, after: is }) => [kind, path, was, is]),
      [
        ['kept', 'stop/rounds', 3, 3],
        ['built-in', 'timing/followUpAfter', 72, 96],
        ['set', 'stop/rounds', 4, 3],
        ['set', 'timing/followUpAfter', 48, 72],
      ],
    );
  },
);

t.test('another process sees a change by its version, and matches anew', async (t) => {
  const db = await testDatabase(t);
  const [here, there] = [playbooksOf(db), playbooksOf(db)];
  await there.refresh();
  const providers = there.catalogue.providers;
  await there.refresh();
  t.equal(there.catalogue.providers, providers, 'without a change nothing is read anew');
  await here.set(KEY, 'about', 'Known by us.');
  t.equal(providerOf(KEY, there.catalogue).about, providerOf(KEY).about, 'until it looks');
  await there.refresh();
  t.equal(providerOf(KEY, there.catalogue).about, 'Known by us.');
  t.equal(providerForHost(there.catalogue, 'mx1.hotmail.com'), providerOf(KEY, there.catalogue));
  const reply = {
    text: "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent: on our block list (S3150).",
    replyCode: '550',
    enhancedCode: '5.7.1',
    host: null,
    recipientDomain: null,
  };
  t.equal(recognise(reply, there.catalogue).provider, KEY);
});
