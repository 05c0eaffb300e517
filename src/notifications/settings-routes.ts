import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { findDefaultAccount } from '../mail-out/accounts.ts';
import { MAIL_LOOKS } from '../mail-out/mail-looks.ts';
import { Problem } from '../problem.ts';
import { providerChoices } from '../providers/choice.ts';
import { actorOf, type Viewer, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, readForm } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { changeCalendarLink, findCalendarOf, newCalendarLink, revokeCalendarLink } from './calendar/links.ts';
import { recentMails } from './mail-queue.ts';
import {
  HOURS,
  NEW_RULE,
  ruleForm,
  ruleWords,
  type TimesForm as ShownTimes,
  type TypedRule,
  timesForm,
  typedRule,
  WAY_WORDS,
} from './page.ts';
import type { Rule } from './rules.ts';
import { MOST_RULES } from './settings.ts';
import {
  CalendarForm,
  DefaultsForm,
  RemovalForm,
  RuleForm,
  ruleOf,
  TimesForm,
  timesOf,
} from './settings-form.ts';
import { changeNoticeSettings, getNoticeSettings } from './settings-store.ts';
import { TOPICS } from './topics.ts';

const PAGE = '/settings/notifications';
const RECENT = 5;

/** What somebody sent that could not be taken, and the form that it belongs to. */
type Again = {
  form: 'times' | 'rule';
  index?: number | undefined;
  body: Record<string, unknown>;
  problem: FormProblem;
};

const texts = (value: unknown): string[] => [value ?? []].flat().filter((one) => typeof one === 'string');
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

const ruleAgain = ({ body }: Again): TypedRule => ({
  topics: texts(body['topics']),
  whose: texts(body['whose']),
  providers: textOf(body['providers']),
  networks: textOf(body['networks']),
  least: textOf(body['least']),
  way: textOf(body['way']),
});

const timesAgain = ({ body }: Again): ShownTimes => ({
  takesMail: body['takesMail'] === 'yes',
  cadence: textOf(body['cadence']) as ShownTimes['cadence'],
  digestHour: textOf(body['digestHour']),
  quietFrom: textOf(body['quietFrom']),
  quietUntil: textOf(body['quietUntil']),
  breaksThrough: body['breaksThrough'] === 'yes',
});

const ownId = (request: FastifyRequest): number => viewerOf(request).userId ?? 0;

/** The rules with one of them in place of that at `index`, or after the last. */
function withRule(rules: Rule[], index: number | undefined, rule: Rule): Rule[] {
  if (index === undefined) {
    if (rules.length >= MOST_RULES)
      throw new Problem('invalid', `At most ${MOST_RULES} rules: take one away, or widen one that is there.`);
    return [...rules, rule];
  }
  return rules.map((one, position) => (position === index ? rule : one));
}

export const noticeSettingsPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, config } = app.desk;
  const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;

  async function view(viewer: Viewer, again?: Again, secret = '') {
    const userId = viewer.userId ?? 0;
    const [settings, account, mails, link] = await Promise.all([
      getNoticeSettings(db, userId),
      findDefaultAccount(db),
      recentMails(db, userId, RECENT),
      findCalendarOf(db, userId),
    ]);
    const isAgain = (index: number) => again?.form === 'rule' && again.index === index;
    const isNew = again?.form === 'rule' && again.index === undefined;
    return {
      version: settings.version,
      isDefault: settings.isDefault,
      rules: settings.rules.map((rule, index) => ({
        index,
        what: rule.topics.map((topic) => TOPICS[topic].title).join('; '),
        which: ruleWords(rule, nameOf),
        way: WAY_WORDS[rule.way],
        open: isAgain(index),
        form: ruleForm(
          `r${index}`,
          again && isAgain(index) ? ruleAgain(again) : typedRule(rule, nameOf),
          isAgain(index) ? again?.problem.fields : {},
        ),
      })),
      adding: {
        open: isNew,
        form: ruleForm(
          'new',
          again && isNew ? ruleAgain(again) : NEW_RULE,
          isNew ? again?.problem.fields : {},
        ),
      },
      canAdd: settings.rules.length < MOST_RULES,
      choices: providerChoices(catalogue),
      times: again?.form === 'times' ? timesAgain(again) : timesForm(settings),
      timesErrors: again?.form === 'times' ? again.problem.fields : {},
      zone: settings.times.zone,
      hours: HOURS,
      account: account ? { name: account.name, from: account.from_address } : null,
      hasOrigin: config.baseUrl !== undefined,
      mails: mails.map((mail) => ({
        subject: mail.subject,
        at: mail.created_at,
        said: mail.state === 'sent' ? '' : mail.server_words,
        ...MAIL_LOOKS[mail.state],
      })),
      calendar: link
        ? {
            isAll: link.is_all,
            hasAlarms: link.has_alarms,
            madeAt: link.created_at,
            usedAt: link.last_used_at,
          }
        : null,
      calendarUrl: secret ? `${config.baseUrl ?? ''}/calendar/${secret}.ics` : '',
      problem: again?.problem.message ?? '',
    };
  }

  const page = 'notices/settings';
  const again = (request: FastifyRequest, form: Again['form']) => async (problem: FormProblem) => {
    const body = (request.body ?? {}) as Record<string, unknown>;
    const index = /^\d{1,3}$/.test(textOf(body['index'])) ? Number(body['index']) : undefined;
    return { view: page, data: await view(viewerOf(request), { form, index, body, problem }) };
  };

  app.get(PAGE, { config: { access: 'viewer' } }, async (request, reply) =>
    reply.page(page, await view(viewerOf(request))),
  );

  app.post(PAGE, { config: { access: 'viewer' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(TimesForm, request.body);
        const times = timesOf(form);
        await formOnce(db, request, { what: 'when notices are mailed' }, async (trx) => {
          await changeNoticeSettings(trx, actorOf(request), ownId(request), form.version, { times });
        });
        return reply.done(PAGE, 'Saved.');
      },
      again(request, 'times'),
    ),
  );

  app.post(`${PAGE}/rules`, { config: { access: 'viewer' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(RuleForm, request.body);
        const rule = ruleOf(form, catalogue);
        await formOnce(db, request, { what: 'save a notice rule' }, async (trx) => {
          const { rules } = await getNoticeSettings(trx, ownId(request));
          await changeNoticeSettings(trx, actorOf(request), ownId(request), form.version, {
            rules: withRule(rules, form.index, rule),
          });
        });
        return reply.done(`${PAGE}#rules`, 'Rule saved.');
      },
      again(request, 'rule'),
    ),
  );

  app.post(`${PAGE}/rules/removal`, { config: { access: 'viewer' } }, async (request, reply) => {
    const { version, index } = readForm(RemovalForm, request.body);
    await formOnce(db, request, { what: 'take a notice rule away' }, async (trx) => {
      const { rules } = await getNoticeSettings(trx, ownId(request));
      await changeNoticeSettings(trx, actorOf(request), ownId(request), version, {
        rules: rules.filter((_rule, position) => position !== index),
      });
    });
    return reply.done(`${PAGE}#rules`, 'Rule taken away.');
  });

  app.post(`${PAGE}/rules/defaults`, { config: { access: 'viewer' } }, async (request, reply) => {
    const { version } = readForm(DefaultsForm, request.body);
    await formOnce(db, request, { what: 'notice rules as they were' }, async (trx) => {
      await changeNoticeSettings(trx, actorOf(request), ownId(request), version, { rules: null });
    });
    return reply.done(`${PAGE}#rules`, 'The rules are those of everybody of your role again.');
  });

  app.post(`${PAGE}/calendar`, { config: { access: 'viewer' } }, async (request, reply) => {
    const form = readForm(CalendarForm, request.body);
    const options = { isAll: form.isAll === 'yes', hasAlarms: form.hasAlarms === 'yes' };
    let secret = '';
    // The secret is in no stored answer: a repeated submit makes no second address, and shows none.
    await formOnce(db, request, { what: 'calendar address' }, async (trx) => {
      if (form.action === 'new')
        secret = await newCalendarLink(trx, actorOf(request), ownId(request), options);
      else await changeCalendarLink(trx, actorOf(request), ownId(request), options);
    });
    if (form.action === 'new') return reply.page(page, await view(viewerOf(request), undefined, secret));
    return reply.done(`${PAGE}#calendar`, 'Saved.');
  });

  app.post(`${PAGE}/calendar/removal`, { config: { access: 'viewer' } }, async (request, reply) => {
    await db.transaction().execute((trx) => revokeCalendarLink(trx, actorOf(request), ownId(request)));
    return reply.done(`${PAGE}#calendar`, 'The address no longer works.');
  });
};
