import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import type { Claims } from '../../src/accounts/oidc/client.ts';
import { linkIdentity, signInBy, unlinkIdentity } from '../../src/accounts/oidc/identity-store.ts';
import { addUser } from '../../src/accounts/store.ts';
import type { Db, Trx } from '../../src/database/open.ts';
import type { OidcProviderRow } from '../../src/database/tables.ts';
import { erasePerson } from '../../src/erasure/store.ts';
import { countHeld, letFloodIn, putFloodAway } from '../../src/mail-in/flood-store.ts';
import { noteHeld } from '../../src/mail-in/mailboxes/folder-uids.ts';
import { takeBatch } from '../../src/observations/take-batch.ts';
import { placeTransport } from '../../src/observations/transports.ts';
import { Problem } from '../../src/problem.ts';
import { mergeTag, renameTag } from '../../src/tags/manage-store.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { testDatabase } from '../database.ts';
import { CATALOGUE, LETTERS, PASSWORD, testDesk } from '../desk.ts';
import { addTo, settings } from '../mail-in/mailbox.fixture.ts';
import { minute, refused } from '../observations/batches.fixture.ts';

/** The embedded database runs one transaction at a time: nobody waits there. */
const skip = process.env['TEST_DATABASE_URL'] ? false : 'needs TEST_DATABASE_URL';
const ROUNDS = 40;

type Side = (trx: Trx) => Promise<unknown>;

/**
 * Runs transactions at once and says which errors there were, without those that tell one of two that the other was
 * first. A circle of waits ends with `40P01`.
 */
async function atOnce(db: Db, sides: Side[]): Promise<unknown[]> {
  const ends = await Promise.allSettled(sides.map((side) => db.transaction().execute(side)));
  return ends.flatMap((end) =>
    end.status === 'rejected' && !(end.reason instanceof Problem) ? [end.reason.code ?? end.reason] : [],
  );
}

t.test(
  'saying which address a way out has does not wait in a circle with a batch of its log',
  { skip },
  async (t) => {
    const { db } = await testDesk(t);
    const now = new Date();
    const context = { catalogue: CATALOGUE, letters: LETTERS, now };
    const row = { ...refused(minute(now, -2), 1), address: null };
    const take =
      (n: number): Side =>
      (trx) => {
        const named = { ...row, via: 'other', address: `198.51.100.${n}` };
        return takeBatch(trx, { source: 'mx', observations: [row, named] }, `k${n}`, context);
      };
    await db.transaction().execute(take(0));
    for (let n = 1; n <= ROUNDS; n++) {
      const place: Side = (trx) => placeTransport(trx, row.via, `198.51.100.${n}`);
      t.strictSame(await atOnce(db, [take(n), place]), [], `round ${n}`);
    }
  },
);

t.test('nor do two tags that are merged into each other, or named like each other', { skip }, async (t) => {
  const db = await testDatabase(t);
  for (let n = 1; n <= ROUNDS; n++) {
    const [a, b] = [`a${n}`, `b${n}`];
    const rows = await db
      .insertInto('tags')
      .values([{ name: a }, { name: b }])
      .returning('id')
      .execute();
    const [one = 0, other = 0] = rows.map(({ id }) => id);
    t.strictSame(
      await atOnce(db, [(trx) => renameTag(trx, SYSTEM, one, b), (trx) => renameTag(trx, SYSTEM, other, a)]),
      [],
      `named in round ${n}`,
    );
    t.strictSame(
      await atOnce(db, [(trx) => mergeTag(trx, SYSTEM, one, b), (trx) => mergeTag(trx, SYSTEM, other, a)]),
      [],
      `merged in round ${n}`,
    );
    const left = await db.selectFrom('tags').select('id').where('id', 'in', [one, other]).execute();
    t.equal(left.length, 1, 'one of the two is left');
  }
});

t.test('nor a sign-in by a provider with whoever takes the link away', { skip }, async (t) => {
  const db = await testDatabase(t);
  const roles = [
    { value: 'postmasters', role: 'operator' as const },
    { value: 'readers', role: 'viewer' as const },
  ];
  const provider = { name: 'Harbour ID', claim: 'groups', roles, default_role: null } as OidcProviderRow;
  const userId = await addUser(db as Trx, {
    email: 'ada@example.com',
    name: 'Ada',
    role: 'viewer',
    password: PASSWORD,
    timeZone: 'UTC',
  });
  const claims = (group: string): Claims =>
    ({ iss: 'https://id.example.com', sub: 'ada', email: 'ada@example.com', groups: [group] }) as Claims;
  for (let n = 1; n <= ROUNDS; n++) {
    const given = claims(n % 2 ? 'postmasters' : 'readers');
    await db.transaction().execute((trx) => linkIdentity(trx, SYSTEM, userId, provider.name, given));
    const { id } = await db.selectFrom('linked_identities').select('id').executeTakeFirstOrThrow();
    const sides: Side[] = [
      (trx) => signInBy(trx, provider, given, '192.0.2.1'),
      (trx) => unlinkIdentity(trx, SYSTEM, userId, id),
    ];
    t.strictSame(await atOnce(db, sides), [], `round ${n}`);
    t.strictSame(await db.selectFrom('linked_identities').select('id').execute(), []);
  }
});

t.test('nor an erasure with whoever decides about a flood of the same person', { skip }, async (t) => {
  const { db } = await testDesk(t);
  const sender = 'eve@example.org';
  const mailbox = { id: await addTo(db, settings(1)), version: 1 };
  for (let n = 1; n <= ROUNDS; n++) {
    await countHeld(db, sender, 3);
    await noteHeld(db, mailbox, 1, [{ uid: n, sender }]);
    const decide = n % 2 ? letFloodIn : putFloodAway;
    const person = { address: sender, names: [], reason: 'asked for' };
    const sides: Side[] = [
      (trx) => erasePerson(trx, SYSTEM, person),
      // At another place of the erasure, which looks at every table, in each round.
      async (trx) => {
        await setTimeout(n * 5);
        await decide(trx, sender);
      },
    ];
    t.strictSame(await atOnce(db, sides), [], `round ${n}`);
    t.strictSame(await db.selectFrom('floods').select('sender').execute(), []);
  }
});
