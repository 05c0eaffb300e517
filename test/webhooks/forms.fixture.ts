import type { TestDesk } from '../desk.ts';

/** Nobody listens there, and the desk of these tests may go there. */
const FIELDS = {
  name: 'Ours',
  link: 'http://127.0.0.1:9/',
  format: 'delist-desk',
  groups: 'mail',
  leastSeverity: 'low',
};
const plain = (fields: Record<string, string>) => async () => fields;
const HERE = '/settings/webhooks/1';

/** A submission of each form of webhooks, by its route: the first adds the one that the others are about. */
export const WEBHOOK_FORMS = {
  '/settings/webhooks': { url: '/settings/webhooks', fields: plain(FIELDS) },
  '/settings/webhooks/:id': {
    url: HERE,
    fields: async ({ db }: TestDesk) => {
      const { version } = await db
        .selectFrom('webhook_targets')
        .select('version')
        .where('id', '=', 1)
        .executeTakeFirstOrThrow();
      return { ...FIELDS, name: 'Renamed', version: String(version) };
    },
  },
  '/settings/webhooks/:id/secret': { url: `${HERE}/secret`, fields: plain({}) },
  '/settings/webhooks/:id/test': { url: `${HERE}/test`, fields: plain({}) },
  '/settings/webhooks/:id/pause': { url: `${HERE}/pause`, fields: plain({ paused: 'yes' }) },
  '/settings/webhooks/:id/deliveries/:delivery/replay': {
    url: `${HERE}/deliveries/1/replay`,
    fields: plain({}),
  },
  '/settings/webhooks/:id/replay': { url: `${HERE}/replay`, fields: plain({}) },
  '/settings/webhooks/:id/removal': { url: `${HERE}/removal`, fields: plain({}) },
};
