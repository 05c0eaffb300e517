import type { ProfileRow } from '../database/tables.ts';

/** Who we are, as letters use it. Empty text means that it was not said. */
export type Profile = {
  name: string;
  website: string;
  contactName: string;
  contactEmail: string;
  contactPhone: string;
  postalAddress: string;
  replyAddress: string;
  abuseAddress: string;
  sendingDomains: string[];
  mailKinds: string;
  dailyVolume: string;
  optIn: string;
  jmrpSince: string | null;
  sndsSince: string | null;
  programmes: string[];
  /** DKIM selectors in use (RFC 6376 § 3.1), the same for every sending domain. */
  dkimSelectors: string[];
};

export const profileOf = (row: ProfileRow): Profile => ({
  name: row.name,
  website: row.website,
  contactName: row.contact_name,
  contactEmail: row.contact_email,
  contactPhone: row.contact_phone,
  postalAddress: row.postal_address,
  replyAddress: row.reply_address,
  abuseAddress: row.abuse_address,
  sendingDomains: row.sending_domains,
  mailKinds: row.mail_kinds,
  dailyVolume: row.daily_volume,
  optIn: row.opt_in,
  jmrpSince: row.jmrp_since,
  sndsSince: row.snds_since,
  programmes: row.programmes,
  dkimSelectors: row.dkim_selectors,
});

/** A domain name as people write it, in the form of DNS: lower case, no scheme, no dot at its end. */
export function domainName(text: string): string | undefined {
  const name = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .replace(/\.$/, '');
  return name.length <= 253 &&
    /^(?:[a-z0-9\u00a1-\uffff](?:[a-z0-9\u00a1-\uffff-]{0,61}[a-z0-9\u00a1-\uffff])?\.)+[a-z\u00a1-\uffff][a-z0-9\u00a1-\uffff-]{1,62}$/.test(
      name,
    )
    ? name
    : undefined;
}
