import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import { invalid, Problem } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import { domainName, type Profile, profileOf } from './profile.ts';
import { otherProgrammes, programmesOf } from './programmes.ts';

/** The profile. `otherProgrammes`: those of its programmes that were only written down, without a record of their own. */
export async function getProfile(
  db: Db | Trx,
): Promise<Profile & { version: number; otherProgrammes: string[] }> {
  const { memberships, ...row } = await db
    .selectFrom('profile')
    .selectAll()
    .select((eb) =>
      jsonArrayFrom(
        eb.selectFrom('memberships').select(['programme', 'standing', 'expires_on']).orderBy('programme'),
      ).as('memberships'),
    )
    .executeTakeFirstOrThrow();
  return {
    ...profileOf(row),
    programmes: programmesOf(row.programmes, memberships, new Date().toISOString().slice(0, 10)),
    otherProgrammes: otherProgrammes(row.programmes, memberships),
    version: row.version,
  };
}

function checkedDomains(domains: string[]): string[] {
  const names = domains.map((text) => {
    const name = domainName(text);
    if (!name)
      throw invalid(
        'sendingDomains',
        `“${text.slice(0, 80)}” is not a domain name; write it as example.com.`,
      );
    return name;
  });
  return [...new Set(names)];
}

/** Sub-domain labels, as RFC 6376 § 3.1 has them. */
const SELECTOR = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?){0,4}$/;

function checkedSelectors(selectors: string[]): string[] {
  const names = selectors.map((text) => text.trim().toLowerCase());
  const wrong = names.find((name) => !SELECTOR.test(name));
  if (wrong !== undefined)
    throw invalid(
      'dkimSelectors',
      `“${wrong.slice(0, 80)}” is not a DKIM selector; write what stands after s= in a signature, such as mail2026.`,
    );
  return [...new Set(names)];
}

/**
 * Saves the profile. Of a programme that has a record, the record alone counts, and no line is kept. Throws
 * `changed-meanwhile` when `version` is given and no longer the newest.
 */
export async function saveProfile(
  db: Db | Trx,
  profile: Profile,
  version: number | undefined,
  by: Actor,
): Promise<void> {
  const memberships = await db
    .selectFrom('memberships')
    .select(['programme', 'standing', 'expires_on'])
    .execute();
  const columns = {
    name: profile.name,
    website: profile.website,
    contact_name: profile.contactName,
    contact_email: profile.contactEmail,
    contact_phone: profile.contactPhone,
    postal_address: profile.postalAddress,
    reply_address: profile.replyAddress,
    abuse_address: profile.abuseAddress,
    sending_domains: checkedDomains(profile.sendingDomains),
    mail_kinds: profile.mailKinds,
    daily_volume: profile.dailyVolume,
    opt_in: profile.optIn,
    jmrp_since: profile.jmrpSince,
    snds_since: profile.sndsSince,
    programmes: otherProgrammes(profile.programmes, memberships),
    dkim_selectors: checkedSelectors(profile.dkimSelectors),
  };
  const before = await db.selectFrom('profile').selectAll().executeTakeFirst();
  let update = db.updateTable('profile').set((eb) => ({
    ...columns,
    version: eb('version', '+', 1),
    updated_at: new Date(),
  }));
  if (version !== undefined) update = update.where('version', '=', version);
  const saved = await update.executeTakeFirst();
  if (saved.numUpdatedRows === 0n)
    throw new Problem(
      'changed-meanwhile',
      'Somebody changed the profile since you opened it. Your text is still below; save again to put it over theirs.',
    );
  const changes = changesBetween(before ?? {}, columns);
  if (changes.length > 0) await note(db, by, 'profile-changed', { detail: { changes } });
}
