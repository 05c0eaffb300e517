import { sql } from 'kysely';
import { getNoticeSettings } from '../../src/notifications/settings-store.ts';
import type { TestDesk } from '../desk.ts';

const HERE = '/settings/notifications';

/** The one who submits: the only administrator of these tests. */
const ownId = async ({ db }: TestDesk) =>
  (await db.selectFrom('users').select('id').where('role', '=', 'admin').executeTakeFirstOrThrow()).id;
const versioned = (fields: Record<string, string>) => async (desk: TestDesk) => ({
  ...fields,
  version: String((await getNoticeSettings(desk.db, await ownId(desk))).version),
});
/** With notice 900 of theirs, unread. */
const withNotice = (fields: Record<string, string>) => async (desk: TestDesk) => {
  await sql`insert into notices (id, user_id, event_id, topic, words, link, happened_at) overriding system value
    values (900, ${await ownId(desk)}, 900, 'note', 'A note', '/incidents/1', now())
    on conflict (id) do update set read_at = null`.execute(desk.db);
  return fields;
};

const RULE = { topics: 'answer', whose: 'mine', least: 'low', way: 'product' };

/** A submission of each form of notices, by its route, in an order in which each has something to act on. */
export const NOTICE_FORMS = {
  '/notices/:id/opening': { url: '/notices/900/opening', fields: withNotice({}) },
  '/notices/:id/reading': { url: '/notices/900/reading', fields: withNotice({ as: 'read' }) },
  '/notices/reading': { url: '/notices/reading', fields: withNotice({ upTo: '900' }) },
  [HERE]: { url: HERE, fields: versioned({ takesMail: 'yes', cadence: 'daily', digestHour: '7' }) },
  [`${HERE}/rules`]: { url: `${HERE}/rules`, fields: versioned(RULE) },
  [`${HERE}/rules/removal`]: { url: `${HERE}/rules/removal`, fields: versioned({ index: '0' }) },
  [`${HERE}/rules/defaults`]: { url: `${HERE}/rules/defaults`, fields: versioned({}) },
  [`${HERE}/calendar`]: {
    url: `${HERE}/calendar`,
    fields: async () => ({ isAll: 'yes', hasAlarms: 'yes', action: 'new' }),
  },
  [`${HERE}/calendar/removal`]: { url: `${HERE}/calendar/removal`, fields: async () => ({}) },
};
