import { createHash } from 'node:crypto';
import t from 'tap';
import { createToken, findToken } from '../../src/accounts/token-store.ts';
import { testDatabase } from '../database.ts';

const token = { name: 'script', scope: 'read' as const, createdBy: null };

t.test('a token is kept as a hash that another database cannot use', async (t) => {
  const [one, other] = [await testDatabase(t), await testDatabase(t)];
  const { secret } = await createToken(one, token);
  const row = await one.selectFrom('api_tokens').selectAll().executeTakeFirstOrThrow();
  const plain = createHash('sha256').update(secret).digest();
  t.notOk(row.token_hash.equals(plain), 'not the hash that anybody can make');
  t.equal(row.token_hash.length, 32);
  await other
    .insertInto('api_tokens')
    .values(
      [
        { ...token, token_hash: row.token_hash, hint: row.hint, created_by: null },
        { ...token, token_hash: plain, hint: row.hint, created_by: null },
      ].map(({ createdBy: _, ...kept }) => kept),
    )
    .execute();
  t.ok(await findToken(one, secret));
  // Test databases are copies of one.
  await other
    .updateTable('api_token_secret')
    .set({ secret: Buffer.alloc(32, 1) })
    .execute();
  t.equal(await findToken(other, secret), undefined);
});
