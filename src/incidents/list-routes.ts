import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { parseNetwork } from '../addresses/address.ts';
import { Type } from '../json-schema.ts';
import { noSuchProvider, providerChoices, providerMeant } from '../providers/choice.ts';
import { viewerOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { linkTo } from '../web/links.ts';
import { durations, STATES, stateWords } from './incidents.ts';
import { listIncidents } from './list.ts';

const ListQuery = Type.Object({
  state: Type.Optional(Type.String({ maxLength: 40 })),
  provider: Type.Optional(Type.String({ maxLength: 120 })),
  address: Type.Optional(Type.String({ maxLength: 80 })),
  q: Type.Optional(Type.String({ maxLength: 200 })),
  mine: Type.Optional(Type.String({ maxLength: 5 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});

export const incidentListPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.get(
    '/incidents',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const { state = '', provider = '', address = '', q = '', mine = '', cursor } = request.query;
      const errors: Record<string, string> = {};
      const known = STATES.find((one) => one === state);
      let network: ReturnType<typeof parseNetwork> | undefined;
      let text = q.trim();
      // A search for an address asks for what happened to it, not for its letters.
      const asAddress = address || (/^[0-9a-f.:/]+$/i.test(text) && /[.:]/.test(text) ? text : '');
      const meant = provider ? providerMeant(provider, catalogue) : undefined;
      if (provider && !meant) errors['provider'] = noSuchProvider(provider);
      if (asAddress) {
        try {
          network = parseNetwork(asAddress);
          if (!address) text = '';
        } catch (error) {
          if (address) errors['address'] = (error as Error).message;
        }
      }
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
              assigneeId: mine ? (viewerOf(request).userId ?? undefined) : undefined,
              network,
              text: text || undefined,
            });
      const now = new Date();
      const query = new URLSearchParams(
        Object.entries({ state, provider, address, q, mine }).filter(([, value]) => value),
      );
      const first = linkTo('/incidents', query);
      if (page.next !== null) query.set('cursor', writeCursor('incidents', [page.next]));
      return reply.page('incidents/list', {
        query: { state, provider: meant?.name ?? provider, address, q, mine },
        errors,
        filtered: Boolean(state || provider || address || q || mine),
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
        })),
        next: page.next === null ? '' : linkTo('/incidents', query),
        first: cursor ? first : '',
      });
    },
  );
};
