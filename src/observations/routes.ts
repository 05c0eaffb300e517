import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { networkText } from '../addresses/address.ts';
import { cutPage } from '../database/page.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { noSuchProvider, providerChoices, providerMeant } from '../providers/choice.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { near } from '../web/format.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { linkTo } from '../web/links.ts';
import { orFormAgain } from '../web/pages.ts';
import { spanOf } from './deliveries.ts';
import { hoursOfIncident } from './hours.ts';
import { DEFAULT_RULE, type WatchRule } from './rules.ts';
import { ALL, listRules, removeRule, saveRule } from './rules-store.ts';
import { countTransports, listTransports, placeTransport } from './transports.ts';

const whole = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description });

const RuleForm = Type.Object({
  provider: Type.Optional(Type.String({ maxLength: 120, description: 'a provider of the catalogue' })),
  /** Sent by the form that adds a rule for a provider which has none. */
  adds: Type.Optional(Type.Enum(['yes'])),
  opens: Type.Enum(['yes', 'no']),
  refusals: whole(1, 1_000_000, 'a whole number from 1'),
  windowMinutes: whole(1, 1440, 'minutes, 1 to 1440'),
  sharePercent: whole(0, 100, 'per cent, 0 to 100'),
  accepted: whole(1, 1_000_000, 'a whole number from 1'),
  quietMinutes: whole(1, 10_080, 'minutes, 1 to 10080'),
  version: whole(0, 2_147_483_647, 'the version that was seen'),
});
/** Holds the name of a transport, which is longer than what other lists hold. */
const Cursor = Type.Optional(Type.String({ maxLength: 2000 }));
const WatchingQuery = Type.Object({ cursor: Cursor });
const PlaceForm = Type.Object({
  via: Type.String({ minLength: 1, maxLength: 200 }),
  address: Type.Optional(Type.String({ maxLength: 80, description: 'an IP address of yours' })),
  /** The page of the list that the form stands on. */
  cursor: Cursor,
});
const RemoveForm = Type.Object({ provider: Type.String({ minLength: 1, maxLength: 60 }) });

const RULE_FIELDS = Object.keys(RuleForm.properties);

type Typed = Record<string, string>;
const shown = (rule: WatchRule) => ({
  ...rule,
  opens: rule.opens ? 'yes' : 'no',
});

const share = (part: number, of: number) => (of === 0 ? 0 : Math.round((part / of) * 100));

const HERE = '/settings/watching';
const LIST = 'transports';
const ON_A_PAGE = 100;
const pageAt = (cursor: string | undefined) => linkTo(HERE, new URLSearchParams(cursor ? { cursor } : {}));

export const observationPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;

  function keyMeant(text: string): string {
    const provider = providerMeant(text, catalogue);
    if (!provider) throw invalid('provider', noSuchProvider(text));
    return provider.key;
  }

  /** The rules with their forms, and the transports with theirs. `typed` is what somebody sent that could not be taken. */
  async function watchingView(
    cursor?: string,
    typed: Typed = {},
    errors: Record<string, string> = {},
    problem = '',
  ) {
    const held = readCursor(cursor, LIST, ['text', 'text']);
    const after = held && { isPlaced: held[0] === 'placed', via: held[1] };
    const [rules, found, ways] = await Promise.all([
      listRules(db),
      listTransports(db, { limit: ON_A_PAGE + 1, after }),
      countTransports(db),
    ]);
    const { items: transports, next } = cutPage(found, ON_A_PAGE, ({ network, via }) =>
      writeCursor(LIST, [network === null ? 'open' : 'placed', via]),
    );
    const general = rules.find((rule) => rule.provider === ALL) ?? { ...DEFAULT_RULE, version: 0 };
    const own = rules.filter((rule) => rule.provider !== ALL);
    const isRule = problem !== '' && typed['via'] === undefined;
    const isNew = isRule && typed['adds'] !== undefined;
    const isAgain = (key: string) => isRule && !isNew && (typed['provider'] ?? '') === key;
    const formOf = (key: string, rule: WatchRule & { version: number }) => ({
      key,
      id: key || 'all',
      name: key === ALL ? 'All providers' : nameOf(key),
      version: rule.version,
      values: isAgain(key) ? typed : shown(rule),
      errors: isAgain(key) ? errors : {},
    });
    const forms = [formOf(ALL, general), ...own.map((rule) => formOf(rule.provider, rule))];
    return {
      forms,
      adding: {
        id: 'new',
        version: 0,
        provider: isNew ? typed['provider'] : '',
        values: isNew ? typed : shown(general),
        errors: isNew ? errors : {},
        open: isNew,
      },
      choices: providerChoices(catalogue).filter(
        ({ name }) => !own.some((rule) => nameOf(rule.provider) === name),
      ),
      transports: transports.map((one) => ({
        ...one,
        address: one.via === typed['via'] ? (typed['address'] ?? '') : networkText(one.network ?? ''),
        error: one.via === typed['via'] ? (errors['address'] ?? '') : '',
      })),
      ways,
      cursor: cursor ?? '',
      next: next && `${pageAt(next)}#transports`,
      first: cursor ? `${HERE}#transports` : '',
      problem,
    };
  }

  const again = (body: unknown) => async (problem: { fields: Record<string, string>; message: string }) => {
    const typed = typedAgain(body, RULE_FIELDS);
    return {
      view: 'settings/watching',
      data: await watchingView(typed['cursor'] || undefined, typed, problem.fields, problem.message),
    };
  };

  app.get(
    HERE,
    { config: { access: 'viewer' }, schema: { querystring: WatchingQuery } },
    async (request, reply) => reply.page('settings/watching', await watchingView(request.query.cursor)),
  );

  app.post(HERE, { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const { provider: text = ALL, adds, version, opens, ...rule } = readForm(RuleForm, request.body);
        const provider = text === ALL && !adds ? ALL : keyMeant(text);
        await formOnce(db, request, { what: 'save watch rule' }, async (trx) => {
          await saveRule(trx, provider, { ...rule, opens: opens === 'yes' }, version, actorOf(request));
        });
        return reply.done(HERE, 'Rule saved.');
      },
      again(request.body),
    ),
  );

  app.post(`${HERE}/removal`, { config: { access: 'admin' } }, async (request, reply) => {
    const { provider } = readForm(RemoveForm, request.body);
    await db.transaction().execute((trx) => removeRule(trx, provider, actorOf(request)));
    return reply.done(HERE, `The general rule holds for ${nameOf(provider)} again.`);
  });

  app.post(`${HERE}/transports`, { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const { via, address = '', cursor } = readForm(PlaceForm, request.body);
        await db.transaction().execute((trx) => placeTransport(trx, via, address));
        return reply.done(
          `${pageAt(cursor)}#transports`,
          address.trim()
            ? `Deliveries by ${via} count to ${address.trim()} from now on.`
            : `${via} has no address any more.`,
        );
      },
      again(request.body),
    ),
  );

  app.get(
    '/incidents/:number/deliveries',
    { config: { access: 'viewer' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const row = await getIncident(db, request.params.number);
      const zone = viewerOf(request).timeZone;
      const now = new Date();
      const hours = await hoursOfIncident(db, row, spanOf(row, now));
      return reply.page('observations/hours', {
        number: row.number,
        incidentTitle: row.title,
        provider: nameOf(row.provider),
        hours: hours.map(({ hour, accepted, deferred, refused }) => ({
          iso: hour.toISOString(),
          words: near(hour, now, zone),
          accepted,
          deferred,
          refused,
          share: share(accepted, accepted + deferred + refused),
        })),
      });
    },
  );
};
