import { sql } from 'kysely';
import { int, type Step, u, whole } from '../step.ts';

const users = whole(
  'people',
  ({ counts }) => sql`
  insert into users (id, email, name, role, password_hash, time_zone) overriding system value
  select i, 'person' || i || '@harbour.example.com', 'Person ' || i,
    case when i <= 2 then 'admin' when i % 5 = 0 then 'viewer' else 'operator' end, repeat('x', 40), 'Europe/Berlin'
  from generate_series(1, ${int(counts.users)}) i`,
);

const tokens = whole(
  'tokens',
  ({ counts }) => sql`
  insert into api_tokens (name, token_hash, hint, scope, created_by, created_at, revoked_at)
  select 'script ' || i, sha256(convert_to('token' || i, 'UTF8')), 'dd_' || i, 'write', 1, b.until - i * interval '20 days',
    case when i % 3 = 0 then b.until end
  from generate_series(1, ${int(counts.tokens)}) i cross join scale.build b`,
);

const profile = whole(
  'profile',
  () => sql`
  update profile set name = 'Harbour Hosting', website = 'https://harbour.example.com', contact_name = 'Jonas Weber',
    contact_email = 'postmaster@harbour.example.com', reply_address = 'postmaster@harbour.example.com',
    sending_domains = '{harbour.example.com,tulpe.example.com}', mail_kinds = 'order confirmations and password resets',
    daily_volume = 'about 150,000', jmrp_since = '2019-04-02', snds_since = '2019-04-02', dkim_selectors = '{mail2024}'`,
);

/** Of both families: those used most are single IPv4 addresses, every fiftieth is a range. */
const addresses: Step = {
  name: 'addresses',
  of: ({ counts }) => counts.addresses,
  part: 20_000,
  make: (from, to) => sql`
    insert into addresses (id, network, hostname, label, purpose, in_use_since, created_at, updated_at) overriding system value
    select i, case
        when i <= 700 then ((array['203.0.113.', '198.51.100.', '192.0.2.'])[i % 3 + 1] || (i / 3))::cidr
        when i % 50 = 0 then network(set_masklen(('2001:db8:' || to_hex(i) || '::')::inet, 48))::cidr
        else ('2001:db8:ffff:' || to_hex(i / 256) || '::' || to_hex(i % 256 + 1))::cidr end,
      'mx' || i || '.harbour.example.com', (array['shop', 'news', 'web', 'relay'])[i % 4 + 1] || '-' || i,
      case when i % 7 = 0 then 'orders of two shops' else '' end,
      (b.until - interval '10 years' * ${u('i', 30)})::date, b.until - interval '10 years', b.until
    from generate_series(${int(from)}, ${int(to)}) i cross join scale.build b`,
};

const account = whole(
  'sending account',
  () => sql`
  insert into sending_accounts (id, name, host, port, security, auth, from_name, from_address, is_default)
  overriding system value
  values (1, 'Relay', 'relay.harbour.example.com', 587, 'starttls', 'none', 'Harbour Hosting', 'postmaster@harbour.example.com', true)`,
);

export const PEOPLE_STEPS: Step[] = [users, tokens, profile, addresses, account];
