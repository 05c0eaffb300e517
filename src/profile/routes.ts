import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, orNull, Type, Version } from '../json-schema.ts';
import { countTransports } from '../observations/transports.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import { backOf } from '../web/back.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { listMemberships } from './memberships.ts';
import type { Profile } from './profile.ts';
import { recordedView } from './programme-page.ts';
import { getProfile, saveProfile } from './store.ts';

const route = apiRoutes('profile');

const text = (maxLength: number, description = '') =>
  Type.Optional(Type.String({ maxLength, ...(description ? { description } : {}) }));
const Mail = Type.Optional(
  Type.String({
    format: 'email',
    maxLength: 254,
    description: 'an e-mail address such as postmaster@example.com',
  }),
);
const Website = Type.Optional(
  Type.String({
    pattern: '^(https?://)?[^\\s/:]+\\.[^\\s]+$',
    maxLength: 300,
    description: 'an address such as https://example.com',
  }),
);
const Day = Type.Optional(Type.String({ format: 'date', description: 'a date such as 2026-03-10' }));

const ProfileForm = Type.Object({
  name: text(200),
  website: Website,
  contactName: text(200),
  contactEmail: Mail,
  contactPhone: text(60),
  postalAddress: text(1000),
  replyAddress: Mail,
  abuseAddress: Mail,
  sendingDomains: text(10_000),
  mailKinds: text(1000),
  dailyVolume: text(200),
  optIn: text(2000),
  jmrpSince: Day,
  sndsSince: Day,
  programmes: text(2000),
  dkimSelectors: text(2000),
  version: Version,
});

/** A website as people write it, with the scheme that is meant. */
const withScheme = (website: string) =>
  website === '' || /^https?:\/\//.test(website) ? website : `https://${website}`;

const lines = (value: string | undefined) =>
  (value ?? '')
    .split(/[\n,;]+/)
    .map((one) => one.trim())
    .filter(Boolean);

/** The profile over the API: what is left out of a PUT is empty afterwards. */
export const ProfileJson = Type.Object(
  {
    name: Type.String({ maxLength: 200 }),
    website: Type.String({ maxLength: 300, pattern: '^(https?://\\S+)?$' }),
    contactName: Type.String({ maxLength: 200 }),
    contactEmail: Type.String({ maxLength: 254, pattern: '^([^@\\s]+@[^@\\s]+)?$' }),
    contactPhone: Type.Optional(orNull(Type.String({ maxLength: 60 }))),
    postalAddress: Type.Optional(orNull(Type.String({ maxLength: 1000 }))),
    replyAddress: Type.Optional(orNull(Type.String({ maxLength: 254, pattern: '^([^@\\s]+@[^@\\s]+)?$' }))),
    abuseAddress: Type.Optional(orNull(Type.String({ maxLength: 254, pattern: '^([^@\\s]+@[^@\\s]+)?$' }))),
    sendingDomains: Type.Array(Type.String({ maxLength: 253 }), { maxItems: 500 }),
    mailKinds: Type.Optional(
      orNull(
        Type.Union([
          Type.String({ maxLength: 1000 }),
          Type.Array(Type.String({ maxLength: 200 }), { maxItems: 20 }),
        ]),
      ),
    ),
    dailyVolume: Type.Optional(
      orNull(Type.Union([Type.String({ maxLength: 200 }), Type.Number({ minimum: 0 })])),
    ),
    optIn: Type.Optional(orNull(Type.String({ maxLength: 2000 }))),
    jmrpSince: Type.Optional(orNull(Type.String({ format: 'date' }))),
    sndsSince: Type.Optional(orNull(Type.String({ format: 'date' }))),
    programmes: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 50 })),
    dkimSelectors: Type.Optional(Type.Array(Type.String({ maxLength: 253 }), { maxItems: 30 })),
  },
  closed,
);

export const profilePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  const shown = ({ otherProgrammes, ...profile }: Profile & { otherProgrammes: string[] }) => ({
    ...profile,
    sendingDomains: profile.sendingDomains.join('\n'),
    programmes: otherProgrammes.join('\n'),
    dkimSelectors: profile.dkimSelectors.join('\n'),
    jmrpSince: profile.jmrpSince ?? '',
    sndsSince: profile.sndsSince ?? '',
  });

  /** What the page shows beside the form. */
  async function beside() {
    const [transports, memberships] = await Promise.all([countTransports(db), listMemberships(db)]);
    return { transports, recorded: recordedView(memberships, new Date().toISOString().slice(0, 10)) };
  }

  app.get('/settings/profile', { config: { access: 'viewer' } }, async (request, reply) => {
    const { version, ...profile } = await getProfile(db);
    return reply.page('profile/edit', {
      values: shown(profile),
      ...(await beside()),
      version,
      back: backOf(request),
      errors: {},
      problem: '',
    });
  });

  app.post('/settings/profile', { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(ProfileForm, request.body);
        const { version, sendingDomains, programmes, dkimSelectors, jmrpSince, sndsSince } = form;
        const plain = (
          name:
            | 'name'
            | 'website'
            | 'contactName'
            | 'contactEmail'
            | 'contactPhone'
            | 'postalAddress'
            | 'replyAddress'
            | 'abuseAddress'
            | 'mailKinds'
            | 'dailyVolume'
            | 'optIn',
        ) => form[name]?.trim() ?? '';
        await formOnce(db, request, { what: 'save profile' }, async (trx) => {
          await saveProfile(
            trx,
            {
              name: plain('name'),
              website: withScheme(plain('website')),
              contactName: plain('contactName'),
              contactEmail: plain('contactEmail'),
              contactPhone: plain('contactPhone'),
              postalAddress: plain('postalAddress'),
              replyAddress: plain('replyAddress'),
              abuseAddress: plain('abuseAddress'),
              mailKinds: plain('mailKinds'),
              dailyVolume: plain('dailyVolume'),
              optIn: plain('optIn'),
              sendingDomains: lines(sendingDomains),
              programmes: lines(programmes),
              dkimSelectors: lines(dkimSelectors),
              jmrpSince: jmrpSince ?? null,
              sndsSince: sndsSince ?? null,
            },
            version,
            actorOf(request),
          );
        });
        return reply.done(backOf(request) || '/settings/profile', 'Profile saved.');
      },
      async (problem) => {
        const { version, ...kept } = await getProfile(db);
        const typed = typedAgain(request.body);
        const values = Object.fromEntries(Object.keys(shown(kept)).map((name) => [name, typed[name] ?? '']));
        return {
          view: 'profile/edit',
          data: {
            values,
            ...(await beside()),
            version,
            back: backOf(request),
            errors: problem.fields,
            problem: problem.message,
          },
        };
      },
    ),
  );
};

export const profileApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/profile',
    route('viewer', 'profile:read', {
      summary: 'Who we are, as letters use it',
      response: { 200: ProfileJson },
    }),
    async () => {
      const { version: _, otherProgrammes: __, ...profile } = await getProfile(db);
      return profile;
    },
  );

  app.put(
    '/profile',
    route('operator', 'profile:write', {
      summary: 'Replace the profile; programmes that have a record of their own (/programmes) go by it',
      body: ProfileJson,
      response: { 200: ProfileJson },
    }),
    async (request) => {
      const { body } = request;
      const joined = (value: string | string[] | null | undefined) =>
        Array.isArray(value) ? value.join(', ') : (value ?? '');
      const profile: Profile = {
        ...body,
        contactPhone: body.contactPhone ?? '',
        postalAddress: body.postalAddress ?? '',
        replyAddress: body.replyAddress ?? '',
        abuseAddress: body.abuseAddress ?? '',
        mailKinds: joined(body.mailKinds),
        dailyVolume: String(body.dailyVolume ?? ''),
        optIn: body.optIn ?? '',
        jmrpSince: body.jmrpSince ?? null,
        sndsSince: body.sndsSince ?? null,
        programmes: body.programmes ?? [],
        dkimSelectors: body.dkimSelectors ?? [],
      };
      await db.transaction().execute((trx) => saveProfile(trx, profile, undefined, actorOf(request)));
      const { version: _, otherProgrammes: __, ...saved } = await getProfile(db);
      return saved;
    },
  );
};
