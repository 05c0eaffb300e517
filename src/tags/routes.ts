import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Trx } from '../database/open.ts';
import { incidentForms } from '../incidents/small-forms.ts';
import { Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { type Actor, actorOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { COUNTED, deleteTag, listTags, mergeTag, recentTagChanges, renameTag } from './manage-store.ts';
import { changeTags, tagChoices } from './store.ts';
import { TAG_MAX, TAGS_FIELD_MAX, TagParams, tagHref, tagName, tagNames } from './tag.ts';

const TAGS_PER_PAGE = 100;

const TagsForm = Type.Object({
  add: Type.Optional(Type.String({ maxLength: TAGS_FIELD_MAX })),
  remove: Type.Optional(Type.String({ maxLength: TAG_MAX })),
});
const NameForm = Type.Object({ name: Type.String({ minLength: 1, maxLength: 100, description: 'a name' }) });
const IntoForm = Type.Object({
  into: Type.String({ minLength: 1, maxLength: 100, description: 'another tag' }),
});

const WORDS = {
  renamed: (became: string | null) => `renamed to ${became}`,
  merged: (became: string | null) => `merged into ${became}`,
  deleted: () => 'deleted',
};

export const tagPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  incidentForms(app)('/incidents/:number/tags', 'tags', async (request, number) => {
    const form = readForm(TagsForm, request.body);
    const change = {
      add: tagNames(form.add ?? '', 'add'),
      remove: form.remove ? [tagName(form.remove, 'add')] : [],
    };
    if (change.add.length + change.remove.length === 0) throw invalid('add', 'Name a tag.');
    await formOnce(db, request, { what: `tags ${number}` }, async (trx) => {
      await changeTags(trx, actorOf(request), number, change);
    });
    return { to: `/incidents/${number}#h-facts`, words: 'Tags changed.' };
  });

  /** `open`: the tag whose form is shown again, with what was typed. */
  async function view(
    cursor?: string,
    again?: { open: number; typed: Record<string, string>; message: string; fields: Record<string, string> },
  ) {
    const [after] = readCursor(cursor, 'tags', ['text']) ?? [];
    const [page, changes, choices] = await Promise.all([
      listTags(db, { after, limit: TAGS_PER_PAGE }),
      recentTagChanges(db),
      tagChoices(db),
    ]);
    return {
      tags: page.items.map((tag) => ({
        ...tag,
        incidents: Math.min(tag.incidents, COUNTED),
        more: tag.incidents > COUNTED,
        href: tagHref(tag.name),
        open: again?.open === tag.id,
        newName: again?.open === tag.id ? (again.typed['name'] ?? tag.name) : tag.name,
        into: again?.open === tag.id ? (again.typed['into'] ?? '') : '',
        errors: again?.open === tag.id ? again.fields : {},
      })),
      choices,
      changes: changes.map((one) => ({ ...one, words: WORDS[one.kind](one.became) })),
      next: page.next === null ? '' : `/settings/tags?cursor=${writeCursor('tags', [page.next])}`,
      first: cursor ? '/settings/tags' : '',
      problem: again?.message ?? '',
    };
  }

  app.get(
    '/settings/tags',
    {
      config: { access: 'viewer' },
      schema: { querystring: Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 200 })) }) },
    },
    async (request, reply) => reply.page('tags/list', await view(request.query.cursor)),
  );

  type Deed = { words: string; effect: (trx: Trx, by: Actor, id: number) => Promise<void> };

  /** What an administrator does to a tag: `read` makes of the form what is done, and how that reads. */
  const act = (what: 'renaming' | 'merging' | 'deletion', read: (body: unknown) => Deed) =>
    app.post(
      `/settings/tags/:tag/${what}`,
      { config: { access: 'admin' }, schema: { params: TagParams } },
      async (request, reply) => {
        const { tag } = request.params;
        return orFormAgain(
          reply,
          async () => {
            const { words, effect } = read(request.body);
            await formOnce(db, request, { what: `tag ${what} ${tag}` }, (trx) =>
              effect(trx, actorOf(request), tag),
            );
            return reply.done('/settings/tags', words);
          },
          async (problem) => ({
            view: 'tags/list',
            data: await view(undefined, { ...problem, open: tag, typed: typedAgain(request.body) }),
          }),
        );
      },
    );

  act('renaming', (body) => {
    const name = tagName(readForm(NameForm, body).name, 'name');
    return { words: `The tag is ${name} now.`, effect: (trx, by, id) => renameTag(trx, by, id, name) };
  });
  act('merging', (body) => {
    const into = tagName(readForm(IntoForm, body).into, 'into');
    return { words: `Merged into ${into}.`, effect: (trx, by, id) => mergeTag(trx, by, id, into) };
  });
  act('deletion', () => ({ words: 'The tag is deleted.', effect: deleteTag }));
};
