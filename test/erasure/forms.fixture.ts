import { sql } from 'kysely';
import type { TestDesk } from '../desk.ts';

const plain = (fields: Record<string, string>) => async () => fields;
const LEFT = 9000;

/** A submission of each form about personal data, by its route. */
export const ERASURE_FORMS = {
  '/settings/personal-data/retention': {
    url: '/settings/personal-data/retention',
    fields: plain({ sources: '24', addresses: '36' }),
  },
  '/settings/personal-data/erasure': {
    url: '/settings/personal-data/erasure',
    fields: plain({
      address: 'nobody@example.org',
      names: 'Nobody At All',
      reason: 'asked',
      do: 'erase',
      sure: 'yes',
    }),
  },
  '/settings/users/:id/anonymity': {
    url: `/settings/users/${LEFT}/anonymity`,
    fields: async ({ db }: TestDesk) => {
      await sql`insert into users (id, email, name, role, password_hash, disabled_at) overriding system value
        values (${LEFT}, 'left@example.org', 'Somebody Who Left', 'viewer', repeat('x', 60), now())
        on conflict (id) do nothing`.execute(db);
      return { name: 'Former colleague' };
    },
  },
};
