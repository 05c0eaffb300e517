import { sql } from 'kysely';
import type { TestDesk } from './desk.ts';

/** A number that no other submission has. */
let at = 0;
const next = () => ++at;

/** A tag of its own on the first incident; its id. */
async function aTag({ api }: TestDesk): Promise<number> {
  const name = `tag-${next()}`;
  await api('POST', '/incidents/1/tags', { add: [name] });
  return (await api('GET', `/tags?q=${name}`)).body.items[0].id;
}

/** The field that the forms change, made when it is first asked for. */
async function theField({ api }: TestDesk): Promise<{ version: number }> {
  const found = (await api('GET', '/fields')).body.items[0];
  if (found) return found;
  await api('POST', '/fields', { name: 'Customer', kind: 'text' });
  return theField({ api } as TestDesk);
}

/** Renaming, merging and deleting act on the first tag there is: here it is there again. */
async function firstTag(desk: TestDesk): Promise<void> {
  await aTag(desk);
  await sql`insert into tags (id, name) overriding system value values (900, ${`first-${next()}`})
    on conflict do nothing`.execute(desk.db);
}

/** Incident 900: of the first one's provider, and an incident of its own. */
async function aDuplicate({ api, db }: TestDesk): Promise<void> {
  await sql`insert into incidents (number, title, provider, state, opened_at, state_since) overriding system value
    select 900, 'A duplicate', provider, 'open', now(), now() from incidents where number = 1
    on conflict do nothing`.execute(db);
  await api('POST', '/incidents/1/merges/900/undo');
}

type Fields = (desk: TestDesk & { letter: number }) => Promise<Record<string, string>>;

/** A submission of each form about tags, watchers and fields. */
export const HISTORY_FORMS: Record<string, { url: string; fields: Fields }> = {
  '/incidents/:number/tags': {
    url: '/incidents/1/tags',
    fields: async () => ({ add: `shop-${next()}` }),
  },
  '/incidents/:number/watching': { url: '/incidents/1/watching', fields: async () => ({ watch: 'yes' }) },
  '/incidents/:number/links/removal': {
    url: '/incidents/1/links/removal',
    fields: async ({ api }) => {
      await api('POST', '/incidents/1/links', { number: 2, kind: 'follows' });
      return { number: '2' };
    },
  },
  '/incidents/:number/merge': {
    url: '/incidents/900/merge',
    fields: async (desk) => {
      await aDuplicate(desk);
      return { into: '1', reason: 'the same block' };
    },
  },
  '/incidents/:number/merges/undo': {
    url: '/incidents/1/merges/undo',
    fields: async (desk) => {
      await aDuplicate(desk);
      await desk.api('POST', '/incidents/900/merge', { into: 1 });
      return { merged: '900' };
    },
  },
  '/incidents/bulk': {
    url: '/incidents/bulk',
    fields: async () => ({ numbers: '1', action: 'tag', tags: `bulk-${next()}`, back: 'state=open' }),
  },
  '/incidents/bulk/:id/undo': {
    url: '/incidents/bulk/900/undo',
    fields: async ({ db }) => {
      await sql`insert into bulk_changes (id, action, words, by_name, undo_until, changed, left_out)
        overriding system value
        values (900, 'severity', 'Severity high', 'A B', now() + interval '1 hour', '[]', '[]')
        on conflict (id) do update set undone_at = null, kept = null`.execute(db);
      return { back: 'state=open' };
    },
  },
  '/settings/tags/:tag/renaming': {
    url: '/settings/tags/900/renaming',
    fields: async (desk) => {
      await firstTag(desk);
      return { name: `renamed-${next()}` };
    },
  },
  '/settings/tags/:tag/merging': {
    url: '/settings/tags/900/merging',
    fields: async (desk) => {
      await firstTag(desk);
      return { into: `tag-${at - 1}` };
    },
  },
  '/settings/tags/:tag/deletion': {
    url: '/settings/tags/900/deletion',
    fields: async (desk) => {
      await firstTag(desk);
      return {};
    },
  },
  '/settings/fields': {
    url: '/settings/fields',
    fields: async (desk) => {
      await theField(desk);
      return { name: `Field ${next()}`, kind: 'choice', choices: 'Gold\nSilver' };
    },
  },
  '/settings/fields/:id': {
    url: '/settings/fields/1',
    fields: async (desk) => ({ name: 'Customer', version: String((await theField(desk)).version) }),
  },
  '/settings/fields/:id/retirement': {
    url: '/settings/fields/2/retirement',
    fields: async () => ({ retired: 'yes' }),
  },
  '/settings/fields/:id/raising': { url: '/settings/fields/2/raising', fields: async () => ({}) },
};
