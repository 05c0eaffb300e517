import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { cutPage } from '../database/page.ts';
import { incidentForm } from '../incidents/incident-form.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { Id, type Static, Type } from '../json-schema.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormFields, type FormProblem, problemView, readForm } from '../web/forms.ts';
import { linkTo } from '../web/links.ts';
import { shareLink } from './link.ts';
import { checkParts, PART_KEYS, PARTS, partTitle, SHARE_DAYS } from './parts.ts';
import { shownShare } from './shown.ts';
import { createShare, inForce, listShares, revokeShare } from './store.ts';

const ShareForm = Type.Object({
  madeFor: Type.String({ minLength: 1, maxLength: 120, description: 'for whom it is' }),
  days: Type.Optional(
    Type.Integer({
      minimum: SHARE_DAYS.least,
      maximum: SHARE_DAYS.most,
      description: `days from ${SHARE_DAYS.least} to ${SHARE_DAYS.most}`,
    }),
  ),
  parts: Type.Optional(
    Type.Array(Type.Enum([...PART_KEYS]), { maxItems: 20, description: 'parts of the list' }),
  ),
  personal: Type.Optional(Type.Enum(['yes'])),
});
type ShareForm = Static<typeof ShareForm>;
const ShareParams = Type.Object({ number: NumberParams.properties.number, id: Id });
const ListQuery = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 200 })) });

const PER_PAGE = 50;
const DAY_MS = 86_400_000;

const scopeOf = ({ parts = [], personal }: ShareForm) => ({
  parts: checkParts(parts),
  personal: personal === 'yes',
});

/** What was chosen in a form, as it came: one value or several. */
function chosenIn(body: unknown) {
  const fields = (body ?? {}) as FormFields;
  const one = (name: string) => [fields[name]].flat()[0] ?? '';
  return {
    madeFor: one('madeFor'),
    days: one('days'),
    parts: [fields['parts']].flat().filter((part) => typeof part === 'string'),
    personal: one('personal') === 'yes',
  };
}

/** The links of an incident: made, looked at before, listed, revoked. */
export const sharePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config } = app.desk;

  async function view(
    number: number,
    more: { body?: unknown; problem?: FormProblem; link?: string; cursor?: string },
  ) {
    const [before] = readCursor(more.cursor, `shares/${number}`, ['id']) ?? [];
    const incident = await getIncident(db, number);
    const found = await listShares(db, number, {
      limit: PER_PAGE + 1,
      ...(before === undefined ? {} : { before }),
    });
    const now = new Date();
    const chosen = more.body ? chosenIn(more.body) : undefined;
    const page = cutPage(found, PER_PAGE, ({ id }) => writeCursor(`shares/${number}`, [id]));
    return {
      number,
      incidentTitle: incident.title,
      shares: page.items.map((share) => ({
        ...share,
        part: share.incident_number === number ? 0 : share.incident_number,
        shows: share.parts.map(partTitle).join(', '),
        inForce: inForce(share, now),
      })),
      more: page.next && linkTo(`/incidents/${number}/shares`, new URLSearchParams({ cursor: page.next })),
      parts: PARTS.map((part) => ({
        ...part,
        isChosen: chosen ? chosen.parts.includes(part.key) : part.isChosen,
      })),
      values: chosen ?? { madeFor: '', days: String(SHARE_DAYS.usual), personal: false },
      days: SHARE_DAYS,
      link: more.link ?? '',
      isAbsolute: config.baseUrl !== undefined,
      ...problemView(more.problem),
    };
  }

  const again = async (request: FastifyRequest, number: number, problem: FormProblem) => ({
    view: 'sharing/list',
    data: await view(number, { body: request.body, problem }),
  });

  app.get(
    '/incidents/:number/shares',
    { config: { access: 'operator' }, schema: { params: NumberParams, querystring: ListQuery } },
    async (request, reply) => reply.page('sharing/list', await view(request.params.number, request.query)),
  );

  /** The same form, with what was chosen before the preview. */
  app.post(
    '/incidents/:number/shares/choices',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) =>
      reply.page('sharing/list', await view(request.params.number, { body: request.body ?? {} })),
  );

  incidentForm(app, '/incidents/:number/shares/preview', {
    access: 'operator',
    async act(request, reply, number) {
      const form = readForm(ShareForm, request.body);
      const scope = scopeOf(form);
      const zone = viewerOf(request).timeZone;
      const shown = await shownShare(app.desk, number, scope, { zone });
      const kept = [
        { name: 'madeFor', value: form.madeFor },
        { name: 'days', value: String(form.days ?? SHARE_DAYS.usual) },
        ...scope.parts.map((value) => ({ name: 'parts', value })),
        ...(scope.personal ? [{ name: 'personal', value: 'yes' }] : []),
      ];
      const more = shown.nextEntries ? '#h-tl' : '';
      return reply.page('sharing/shared', { ...shown, isPreview: true, kept, first: '', more });
    },
    again,
  });

  incidentForm(app, '/incidents/:number/shares', {
    access: 'operator',
    async act(request, reply, number) {
      const form = readForm(ShareForm, request.body);
      const days = form.days ?? SHARE_DAYS.usual;
      let link = '';
      // The secret is in no stored answer: a repeated submit makes no second link, and shows none.
      await formOnce(db, request, { what: `share ${number}` }, async (trx) => {
        const { share, secret } = await createShare(trx, actorOf(request), number, {
          ...scopeOf(form),
          madeFor: form.madeFor,
          expiresAt: new Date(Date.now() + days * DAY_MS),
        });
        link = shareLink(config, secret);
        return share.id;
      });
      return reply.page('sharing/list', await view(number, { link }));
    },
    again,
  });

  app.post(
    '/incidents/:number/shares/:id/revocation',
    { config: { access: 'operator' }, schema: { params: ShareParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      await formOnce(db, request, { what: `revoke share ${id}` }, async (trx) => {
        await revokeShare(trx, actorOf(request), number, id);
      });
      return reply.done(`/incidents/${number}/shares`, 'Link revoked. It shows nothing any more.');
    },
  );
};
