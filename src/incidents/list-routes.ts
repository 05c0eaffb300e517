import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { parseNetwork } from '../addresses/address.ts';
import { askedFields } from '../custom-fields/store.ts';
import { Type } from '../json-schema.ts';
import { noSuchProvider, providerChoices, providerMeant } from '../providers/choice.ts';
import { incidentFilter } from '../search/incident-filter.ts';
import { tagHref, tagNames } from '../tags/tag.ts';
import { viewerOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { linkTo } from '../web/links.ts';
import { durations, STATES, stateWords } from './incidents.ts';
import { listIncidents } from './list.ts';

const ListQuery = Type.Object({
  state: Type.Optional(Type.String({ maxLength: 40 })),
  provider: Type.Optional(Type.String({ maxLength: 120 })),
  address: Type.Optional(Type.String({ maxLength: 80 })),
  q: Type.Optional(Type.String({ maxLength: 500 })),
  mine: Type.Optional(Type.String({ maxLength: 5 })),
  watched: Type.Optional(Type.String({ maxLength: 5 })),
  tag: Type.Optional(Type.String({ maxLength: 200 })),
  field: Type.Optional(Type.String({ maxLength: 60 })),
  value: Type.Optional(Type.String({ maxLength: 200 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});

/** More tags in one filter ask for nothing that anybody means. */
const FILTER_TAGS = 5;
const SHOWN_TAGS = 4;

export const incidentListPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.get(
    '/incidents',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const {
        state = '',
        provider = '',
        address = '',
        q = '',
        mine = '',
        watched = '',
        cursor,
      } = request.query;
      const { tag = '', field = '', value = '' } = request.query;
      const fields = await askedFields(db);
      const errors: Record<string, string> = {};
      const known = STATES.find((one) => one === state);
      let network: ReturnType<typeof parseNetwork> | undefined;
      const meant = provider ? providerMeant(provider, catalogue) : undefined;
      if (provider && !meant) errors['provider'] = noSuchProvider(provider);
      if (address) {
        try {
          network = parseNetwork(address);
        } catch (error) {
          errors['address'] = (error as Error).message;
        }
      }
      let tags: string[] = [];
      try {
        tags = tagNames(tag, 'tag').slice(0, FILTER_TAGS);
      } catch (error) {
        errors['tag'] = (error as Error).message;
      }
      if (field && !value) errors['value'] = 'Say what stands in the field.';
      const { userId } = viewerOf(request);
      const filter = q.trim() ? await incidentFilter(db, q, viewerOf(request), catalogue) : undefined;
      const page =
        Object.keys(errors).length > 0
          ? { items: [], next: null }
          : await listIncidents(db, {
              limit: 50,
              after: readCursor(cursor, 'incidents', ['number'])?.[0],
              states: known
                ? [known]
                : state === 'not-closed'
                  ? STATES.filter((one) => one !== 'closed')
                  : undefined,
              provider: meant?.key,
              assigneeId: mine ? (userId ?? undefined) : undefined,
              watcherId: watched ? (userId ?? undefined) : undefined,
              tags,
              field: field ? { key: field, value } : undefined,
              network,
              fits: filter?.fits,
            });
      const [fault] = filter?.faults ?? [];
      if (fault) errors['q'] = `${fault.words}.`;
      const now = new Date();
      const query = new URLSearchParams(
        Object.entries({ state, provider, address, q, mine, watched, tag, field, value }).filter(
          ([, value]) => value,
        ),
      );
      const first = linkTo('/incidents', query);
      const filtered = query.size > 0;
      if (page.next !== null) query.set('cursor', writeCursor('incidents', [page.next]));
      return reply.page('incidents/list', {
        query: { state, provider: meant?.name ?? provider, address, q, mine, watched, tag, field, value },
        errors,
        filtered,
        fields: fields.map(({ key, name }) => ({ key, name })),
        states: STATES.map((one) => ({ key: one, words: stateWords(one) })),
        choices: providerChoices(catalogue),
        rows: page.items.map((row) => ({
          number: row.number,
          title: row.title,
          state: row.state,
          stateWords: stateWords(row.state),
          provider: catalogue.byKey.get(row.provider)?.name ?? row.provider,
          addresses: row.addresses.slice(0, 3),
          more: Math.max(0, row.addresses.length - 3),
          codes: row.block_codes.slice(0, 2),
          openedAt: row.opened_at,
          blockedMs: durations(row, now).blocked,
          round: row.round,
          assignee: row.assignee_name ?? '',
          tags: row.tags.slice(0, SHOWN_TAGS).map((name) => ({ name, href: tagHref(name) })),
          moreTags: Math.max(0, row.tags.length - SHOWN_TAGS),
        })),
        next: page.next === null ? '' : linkTo('/incidents', query),
        first: cursor ? first : '',
      });
    },
  );
};
