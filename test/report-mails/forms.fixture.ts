import type { TestDesk } from '../desk.ts';

const plain = (fields: Record<string, string>) => async (_desk: TestDesk) => fields;
const one = (act: string) => ({ url: `/reports/subscriptions/1/${act}`, fields: plain({}) });

/** The forms of mailed reports, in an order in which each has something to act on. */
export const REPORT_FORMS = {
  '/reports/addresses': { url: '/reports/addresses', fields: plain({ address: 'boss@example.com' }) },
  '/reports/subscriptions': {
    url: '/reports/subscriptions',
    fields: async ({ db }: TestDesk) => {
      const { id } = await db.selectFrom('users').select('id').limit(1).executeTakeFirstOrThrow();
      return {
        report: 'mitigation',
        query: 'provider=gmail',
        cadence: 'daily',
        hour: '7',
        people: String(id),
      };
    },
  },
  '/reports/subscriptions/:id/pause': one('pause'),
  '/reports/subscriptions/:id/resumption': one('resumption'),
  '/reports/subscriptions/:id/sending': one('sending'),
  '/reports/subscriptions/:id/removal': one('removal'),
  '/reports/addresses/:id/removal': { url: '/reports/addresses/1/removal', fields: plain({}) },
};
