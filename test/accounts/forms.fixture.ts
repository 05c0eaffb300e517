import { sql } from 'kysely';
import { unconfirmedKey } from '../../src/accounts/second-factor/store.ts';
import { stepAt, totpCode } from '../../src/accounts/second-factor/totp.ts';
import { PASSWORD, SECRETS, type TestDesk } from '../desk.ts';
import { appOf } from './second-factor.fixture.ts';

const HERE = '/settings/second-factor';
const CURRENT = { current: PASSWORD };
/** Somebody other than the one who submits. */
const OTHER = 2;

/** The one who submits: the only administrator of these tests. */
const ownId = async ({ db }: TestDesk) =>
  (await db.selectFrom('users').select('id').where('role', '=', 'admin').executeTakeFirstOrThrow()).id;

async function forgetFactors({ db }: TestDesk, id: number): Promise<void> {
  for (const table of ['totp_keys', 'recovery_codes', 'passkeys'] as const)
    await db.deleteFrom(table).where('user_id', '=', id).execute();
}

/** With an app set up for a person. */
const withApp = (userId: (desk: TestDesk) => number | Promise<number>) => async (desk: TestDesk) => {
  const id = await userId(desk);
  await forgetFactors(desk, id);
  await appOf(desk, id);
  return CURRENT;
};

async function withNewKey(desk: TestDesk) {
  const id = await ownId(desk);
  await forgetFactors(desk, id);
  const key = await desk.db.transaction().execute((trx) => unconfirmedKey(trx, SECRETS, id, true));
  return { code: totpCode(key ?? '', stepAt(new Date())) };
}

/** With passkey 900 of theirs. */
async function withPasskey(desk: TestDesk) {
  await sql`insert into passkeys (id, user_id, name, credential_id, public_key, counter, transports, is_synced)
    overriding system value values (900, ${await ownId(desk)}, 'Key', 'id', 'key', 0, '{}', false)
    on conflict (id) do nothing`.execute(desk.db);
  return CURRENT;
}

/** With a session of that number of a person. */
const withSession =
  (number: number, userId: (desk: TestDesk) => number | Promise<number>) => async (desk: TestDesk) => {
    await sql`insert into sessions (id, token_hash, user_id, expires_at) overriding system value
    values (${number}, ${Buffer.alloc(32, number % 256)}, ${await userId(desk)}, now() + interval '1 day')
    on conflict (token_hash) do nothing`.execute(desk.db);
    return {};
  };

/** A submission of each form of factors and sessions, by its route, in an order in which each has something to act on. */
export const SIGN_IN_FORMS = {
  [`${HERE}/key`]: {
    url: `${HERE}/key`,
    fields: async (desk: TestDesk) => {
      await forgetFactors(desk, await ownId(desk));
      return {};
    },
  },
  [`${HERE}/key/confirmation`]: { url: `${HERE}/key/confirmation`, fields: withNewKey },
  [`${HERE}/key/removal`]: { url: `${HERE}/key/removal`, fields: withApp(ownId) },
  [`${HERE}/recovery-codes`]: { url: `${HERE}/recovery-codes`, fields: withApp(ownId) },
  [`${HERE}/alerts`]: { url: `${HERE}/alerts`, fields: async () => ({ alerts: 'yes' }) },
  '/settings/passkeys/:id/removal': { url: '/settings/passkeys/900/removal', fields: withPasskey },
  '/settings/sessions/:id/ending': { url: '/settings/sessions/901/ending', fields: withSession(901, ownId) },
  '/settings/sessions/ending': { url: '/settings/sessions/ending', fields: async () => ({}) },
  '/settings/users/:id/sessions/:session/ending': {
    url: `/settings/users/${OTHER}/sessions/902/ending`,
    fields: withSession(902, () => OTHER),
  },
  '/settings/users/:id/sessions/ending': {
    url: `/settings/users/${OTHER}/sessions/ending`,
    fields: async () => ({}),
  },
  '/settings/users/:id/second-factor/removal': {
    url: `/settings/users/${OTHER}/second-factor/removal`,
    fields: withApp(() => OTHER),
  },
  '/settings/sign-in': { url: '/settings/sign-in', fields: async () => ({ needed: 'no' }) },
};
/** What a script makes first, and steps of signing in. */
export const SIGN_IN_ELSEWHERE = [
  '/sign-in/second-factor',
  '/sign-in/passkey',
  '/sign-in/passkey/challenge',
  '/settings/passkeys',
  '/settings/passkeys/challenge',
];
