import { sql } from 'kysely';
import t from 'tap';
import { editIncident } from '../../src/incidents/facts-store.ts';
import { fanOut } from '../../src/notifications/fan-out.ts';
import {
  countUnread,
  forgetOldNotices,
  listNotices,
  markAllRead,
  markNotice,
  openNotice,
} from '../../src/notifications/notices.ts';
import { publish } from '../../src/notifications/outbox.ts';
import { rulesFor } from '../../src/notifications/rules.ts';
import { changeNoticeSettings } from '../../src/notifications/settings-store.ts';
import { peopleTold } from '../../src/notifications/tell-people.ts';
import { addNote } from '../../src/timeline/notes.ts';
import { setWatching } from '../../src/watchers/store.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { addPerson } from './people.fixture.ts';

const NIGHT = new Date('2026-01-14T23:00:00Z');

async function deskOf(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t);
  const person = (name: string) => addPerson(desk.db, name);
  const tell = (now = NIGHT) => fanOut(desk.db, [peopleTold(() => now)]);
  const told = (user: number) =>
    desk.db
      .selectFrom('notices')
      .select(['topic', 'incident_number as incident', 'mail_due_at as due'])
      .where('user_id', '=', user)
      .orderBy('id')
      .execute();
  return { ...desk, person, tell, told };
}

const log = ({ api }: TestDesk) => api('POST', '/incidents', { report: REFUSAL });

t.test('people are told what their rules say, each once, and mailed when they want to be', async (t) => {
  const desk = await deskOf(t);
  const { db, person, tell, told } = desk;
  const [ann, bob] = [await person('Ann'), await person('Bob')];
  const gone = await person('Gone');
  await db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', gone).execute();
  await db.transaction().execute((trx) =>
    changeNoticeSettings(trx, SYSTEM, bob, 0, {
      times: {
        takesMail: true,
        cadence: 'daily',
        digestHour: 8,
        quiet: { from: 22 * 60, until: 7 * 60 },
        criticalBreaksThrough: true,
      },
    }),
  );
  await log(desk);
  await tell();
  t.match(await told(ann), [{ topic: 'block', incident: 1, due: null }], 'a block is told to all');
  t.strictSame(await told(gone), [], 'but not to who may no longer sign in');

  const annActs = { userId: ann, tokenId: null, name: 'Ann' };
  await db.transaction().execute((trx) => editIncident(trx, annActs, 1, { assigneeId: bob }));
  await tell();
  t.match(
    await told(bob),
    [{ topic: 'block' }, { topic: 'assigned', due: new Date('2026-01-15T06:00:00Z') }],
    'to whom it is given, by mail when quiet hours end',
  );
  t.equal((await told(ann)).length, 1, 'not to who did it');

  await db.transaction().execute((trx) => addNote(trx, annActs, 1, 'Called them.'));
  await tell();
  t.match(
    (await told(bob)).at(-1),
    { topic: 'note', due: new Date('2026-01-15T07:00:00Z') },
    'in the digest',
  );
  t.equal(await tell(), 0);
  t.equal((await told(bob)).length, 3);
});

t.test('who watches and who is mentioned is told of a note', async (t) => {
  const desk = await deskOf(t);
  const { db, person, tell, told } = desk;
  const [ann, bob, cid] = [await person('Ann'), await person('Bob'), await person('Cid')];
  await log(desk);
  await db.transaction().execute((trx) => setWatching(trx, SYSTEM, 1, { userId: ann, watches: true }));
  await tell();
  await db.transaction().execute((trx) => addNote(trx, SYSTEM, 1, 'Could @Bob call them?'));
  await tell();
  const last = async (user: number) => (await told(user)).at(-1)?.topic;
  t.strictSame(await Promise.all([ann, bob, cid].map(last)), ['note', 'mention', 'block']);
});

t.test('the same event twice is one notice', async (t) => {
  const { db, person } = await deskOf(t);
  const ann = await person('Ann');
  const event = {
    id: 7,
    kind: 'import-done' as const,
    entry: null,
    incident: null,
    actorUserId: null,
    actor: '',
    words: 'Imported',
    link: '/',
    concerns: [],
    happenedAt: NIGHT,
  };
  for (let time = 0; time < 2; time++)
    await db.transaction().execute((trx) => peopleTold()(trx, [event, { ...event, id: 8 }]));
  t.equal(await countUnread(db, ann), 2);
});

t.test('rules about addresses and providers look at the incident', async (t) => {
  const desk = await deskOf(t);
  const { db, person, tell, told } = desk;
  const [near, far] = [await person('Near'), await person('Far')];
  const rule = { ...rulesFor('viewer')[0], topics: ['block' as const], whose: [], least: 'low' as const };
  for (const [user, networks] of [
    [near, ['203.0.113.0/24']],
    [far, ['192.0.2.0/24']],
  ] as const)
    await db.transaction().execute((trx) =>
      changeNoticeSettings(trx, SYSTEM, user, 0, {
        rules: [{ ...rule, providers: ['outlook-com'], networks: [...networks], way: 'product' }],
      }),
    );
  await log(desk);
  await tell();
  t.equal((await told(near)).length, 1);
  t.equal((await told(far)).length, 0);
});

t.test('reading: one, those of an incident by going there, all that was seen; of one’s own', async (t) => {
  const { db, person } = await deskOf(t);
  const [ann, bob] = [await person('Ann'), await person('Bob')];
  for (let index = 0; index < 5; index++)
    await db
      .transaction()
      .execute((trx) => publish(trx, { kind: 'import-done', words: `Import ${index}`, link: '/settings' }));
  await fanOut(db, [peopleTold()]);
  const { notices, next } = await listNotices(db, ann, { unread: true, limit: 3 });
  t.strictSame(
    notices.map(({ words }) => words),
    ['Import 4', 'Import 3', 'Import 2'],
  );
  const rest = await listNotices(db, ann, { unread: true, limit: 3, before: next ?? 0 });
  t.strictSame(
    rest.notices.map(({ words }) => words),
    ['Import 1', 'Import 0'],
  );
  t.equal(rest.next, null);
  const [newest, second] = notices.map(({ id }) => id);
  const act = <T>(effect: (trx: Parameters<typeof markAllRead>[0]) => Promise<T>) =>
    db.transaction().execute(effect);
  t.equal(await act((trx) => openNotice(trx, ann, second ?? 0)), '/settings');
  t.equal(await countUnread(db, ann), 4);
  await act((trx) => markNotice(trx, ann, second ?? 0, false));
  t.equal(await countUnread(db, ann), 5);
  t.equal(
    await act((trx) => markAllRead(trx, ann, (newest ?? 0) - 1)),
    4,
    'what came meanwhile stays unread',
  );
  t.equal(await countUnread(db, ann), 1);
  t.equal(await countUnread(db, bob), 5);
  await t.rejects(
    act((trx) => openNotice(trx, bob, newest ?? 0)),
    { code: 'not-found' },
    'that of another',
  );
  await t.rejects(
    act((trx) => markNotice(trx, bob, newest ?? 0, true)),
    { code: 'not-found' },
  );
});

t.test('notices are kept for ninety days', async (t) => {
  const { db, person } = await deskOf(t);
  const ann = await person('Ann');
  await db.transaction().execute((trx) => publish(trx, { kind: 'import-done', words: 'Old', link: '/' }));
  await db.transaction().execute((trx) => publish(trx, { kind: 'import-done', words: 'New', link: '/' }));
  await fanOut(db, [peopleTold()]);
  await sql`update notices set told_at = now() - interval '91 days' where words = 'Old'`.execute(db);
  await forgetOldNotices(db);
  t.match((await listNotices(db, ann, { unread: false, limit: 9 })).notices, [{ words: 'New' }]);
});
