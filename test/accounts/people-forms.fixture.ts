import type { TestDesk } from '../desk.ts';

const plain = (fields: Record<string, string>) => async () => fields;
const INVITED = { name: 'Invited', email: 'invited@example.com', role: 'viewer' };

/** An identity of the first administrator, who signs in with a password as well. */
async function identity({ db }: TestDesk): Promise<Record<string, string>> {
  const { id } = await db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('linked_identities')
    .values({ user_id: id, issuer: 'https://id.example.com', subject: 'mara', last_used_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return {};
}

/** A submission of each form about invitations and other ways to sign in, by its route. */
export const PEOPLE_FORMS = {
  '/settings/invitations': { url: '/settings/invitations', fields: plain(INVITED) },
  '/settings/invitations/:id/again': { url: '/settings/invitations/1/again', fields: plain({}) },
  '/settings/invitations/:id/revocation': { url: '/settings/invitations/1/revocation', fields: plain({}) },
  '/settings/identities/:id/removal': { url: '/settings/identities/1/removal', fields: identity },
  '/settings/sign-in-provider': {
    url: '/settings/sign-in-provider',
    fields: async ({ db }: TestDesk) => {
      const row = await db.selectFrom('oidc_providers').select('version').executeTakeFirst();
      return {
        version: String(row?.version ?? 0),
        name: 'Harbour ID',
        issuer: 'https://id.example.com',
        clientId: 'desk',
        clientSecret: 'a secret',
        scope: 'openid email',
        claim: 'groups',
        roles: 'postmasters = operator',
        defaultRole: 'viewer',
      };
    },
  },
};
