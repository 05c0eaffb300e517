import { changesBetween } from '../../audit/changes.ts';
import { note } from '../../audit/note.ts';
import { json } from '../../database/json.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { OidcProviderRow, Role, RoleOfValue } from '../../database/tables.ts';
import { Problem } from '../../problem.ts';
import type { Secrets } from '../../secrets/secrets.ts';
import type { Actor } from '../../web/access.ts';
import type { ClientSettings } from './client.ts';

/** The one provider of identities by which people sign in. */

const ID = 1;
const PURPOSE = 'oidc_providers.client_secret_sealed';

export type ProviderInput = {
  name: string;
  issuer: string;
  clientId: string;
  /** Empty: as it is, where issuer and client stay the same. */
  clientSecret: string;
  scope: string;
  claim: string;
  roles: RoleOfValue[];
  defaultRole: Role | null;
  mayBePrivate: boolean;
  skipsSecondFactor: boolean;
  isOn: boolean;
};

export const findProvider = (db: Db | Trx): Promise<OidcProviderRow | undefined> =>
  db.selectFrom('oidc_providers').selectAll().where('id', '=', ID).executeTakeFirst();

/** That by which people can sign in now. */
export const providerInUse = (db: Db | Trx): Promise<OidcProviderRow | undefined> =>
  db
    .selectFrom('oidc_providers')
    .selectAll()
    .where('id', '=', ID)
    .where('is_on', '=', true)
    .executeTakeFirst();

/** A secret goes only to where it was entered for. */
export const keepsSecret = (row: OidcProviderRow | undefined, input: ProviderInput): boolean =>
  row?.client_secret_sealed != null && row.issuer === input.issuer && row.client_id === input.clientId;

/** Throws `CannotOpenSecret`. */
export const clientSettings = (secrets: Secrets, row: OidcProviderRow): ClientSettings => ({
  issuer: row.issuer,
  clientId: row.client_id,
  secret: row.client_secret_sealed ? secrets.open(PURPOSE, row.client_secret_sealed) : '',
  scope: row.scope,
  mayBePrivate: row.may_be_private,
});

/** Sets the provider. `version` is the one that was seen, 0 for none. Throws `changed-meanwhile`. */
export async function saveProvider(
  trx: Trx,
  by: Actor,
  secrets: Secrets,
  version: number,
  input: ProviderInput,
): Promise<void> {
  const row = await trx
    .selectFrom('oidc_providers')
    .selectAll()
    .where('id', '=', ID)
    .forUpdate()
    .executeTakeFirst();
  if ((row?.version ?? 0) !== version)
    throw new Problem(
      'changed-meanwhile',
      'Somebody changed this meanwhile. What you entered is still below; compare, then save again.',
    );
  const sealed = input.clientSecret
    ? secrets.seal(PURPOSE, input.clientSecret)
    : keepsSecret(row, input)
      ? (row?.client_secret_sealed ?? null)
      : null;
  const columns = {
    name: input.name,
    issuer: input.issuer,
    client_id: input.clientId,
    client_secret_sealed: sealed,
    scope: input.scope,
    claim: input.claim,
    default_role: input.defaultRole,
    may_be_private: input.mayBePrivate,
    skips_second_factor: input.skipsSecondFactor,
    is_on: input.isOn,
  };
  const values = { ...columns, roles: json(input.roles), version: version + 1, changed_at: new Date() };
  await trx
    .insertInto('oidc_providers')
    .values({ id: ID, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  await note(trx, by, 'sign-in-provider-changed', {
    subject: input.name,
    detail: { changes: changesBetween(row ?? {}, { ...columns, roles: input.roles }) },
  });
}
