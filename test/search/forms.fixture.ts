import type { TestDesk } from '../desk.ts';

/** A number that no other submission has. */
let at = 0;

/** A submission of each form of saved searches, by its route: the first saves the one that the others are about. */
export const SEARCH_FORMS = {
  '/views': { url: '/views', fields: async () => ({ name: `Gmail ${++at}`, query: 'provider:gmail' }) },
  '/views/:id': {
    url: '/views/1',
    fields: async ({ db }: TestDesk) => {
      const { version } = await db
        .selectFrom('saved_searches')
        .select('version')
        .where('id', '=', 1)
        .executeTakeFirstOrThrow();
      return { name: 'Gmail, renamed', version: String(version) };
    },
  },
  '/views/:id/deletion': { url: '/views/1/deletion', fields: async () => ({}) },
};
