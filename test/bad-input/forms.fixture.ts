import { sql } from 'kysely';
import { countHeld } from '../../src/mail-in/flood-store.ts';
import { addAccount } from '../../src/mail-out/accounts.ts';
import { readReminders } from '../../src/reminders/store.ts';
import { SIGN_IN_ELSEWHERE, SIGN_IN_FORMS } from '../accounts/forms.fixture.ts';
import { PEOPLE_FORMS } from '../accounts/people-forms.fixture.ts';
import { REFUSAL, signedIn, type TestDesk } from '../desk.ts';
import { ERASURE_FORMS } from '../erasure/forms.fixture.ts';
import { HISTORY_FORMS } from '../history-forms.fixture.ts';
import { overrideStops } from '../letters/override-stops.ts';
import { MAIL_IN_FORMS, mailsThatCame } from '../mail-in/forms.fixture.ts';
import { MAILBOX_FORM } from '../mail-in/mailbox.fixture.ts';
import { ACCOUNT, TO } from '../mail-out/mail-out.fixture.ts';
import { NOTICE_FORMS } from '../notifications/forms.fixture.ts';
import { PLAYBOOK_FORMS } from '../playbooks/forms.fixture.ts';
import { REPORT_FORMS } from '../report-mails/forms.fixture.ts';
import { SEARCH_FORMS } from '../search/forms.fixture.ts';
import { SHARE_FORMS } from '../sharing/forms.fixture.ts';
import { IMPORT_FORMS } from '../transfer/forms.fixture.ts';
import { WEBHOOK_FORMS } from '../webhooks/forms.fixture.ts';
import { deskWithDraft } from './bad-input.fixture.ts';

type Form = {
  url: string;
  from?: string;
  fields: (desk: TestDesk & { letter: number }) => Promise<Record<string, string>>;
};

/** How many letters after the first: one to be sent by mail, three that were, and the one that its form begins. */
const MAILED = 1;
const OTHER = 5;

const letterFields = async ({ db, letter }: TestDesk & { letter: number }) => {
  const row = await db.selectFrom('letters').selectAll().where('id', '=', letter).executeTakeFirstOrThrow();
  return { subject: row.subject, body: `${row.body}\nOne more line.`, version: String(row.version) };
};
const TEMPLATE = {
  title: 'To Gmail, as we write',
  when: 'When Gmail refuses our mail',
  subject: 'About {{address}}',
  body: 'Hello,\n\nplease lift the block of {{every addresses}}.\n',
};
/** The newest version of a template, 0 for none. */
const templateVersion = async ({ db }: TestDesk, key: string) => {
  const newest = await db
    .selectFrom('letter_template_versions')
    .select((eb) => eb.fn.max('version').as('version'))
    .where('template', '=', key)
    .executeTakeFirst();
  return String(newest?.version ?? 0);
};
/** A comparison of two wordings that runs. */
async function trialOf({ api }: TestDesk, key: string): Promise<string> {
  const url = `/letter-templates/${key}/en`;
  for (const body of [TEMPLATE.body, `${TEMPLATE.body}\nThank you.\n`])
    await api('PUT', url, { ...TEMPLATE, body });
  await api('POST', `${url}/trials`, { a: 1, b: 2 });
  const { items } = (await api('GET', `${url}/trials`)).body;
  return String(items[0].id);
}
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16);
/** The step that the page of the first incident shows. */
const stepOf = async ({ api }: TestDesk): Promise<string> =>
  (await api('GET', '/incidents/1')).body.nextAction.step;
const plain = (fields: Record<string, string>) => async () => fields;

/** An address of the first incident beside its first one. */
async function anotherAddress({ db }: TestDesk): Promise<string> {
  const text = `198.51.100.${100 + Math.floor(Math.random() * 100)}`;
  await sql`
    with added as (insert into addresses (network) values (${text}::cidr) on conflict do nothing returning id)
    insert into incident_addresses (incident_number, address_id) select 1, id from added`.execute(db);
  return text;
}

/** A submission of each form that there is, by its route. */
export const FORMS: Record<string, Form> = {
  '/incidents/:number/state': {
    url: '/incidents/1/state',
    fields: plain({ to: 'action-needed', reason: 'they asked', seen: 'open' }),
  },
  '/log': { url: '/log', fields: plain({ report: REFUSAL, provider: 'gmail', addresses: '198.51.100.7' }) },
  '/log/read': { url: '/log/read', fields: plain({ report: REFUSAL }) },
  '/log/preview': { url: '/log/preview', fields: plain({ report: REFUSAL }) },
  '/incidents/:number/notes': { url: '/incidents/1/notes', fields: plain({ text: 'a note' }) },
  '/incidents/:number/notes/:entry/corrections': {
    url: '/incidents/1/notes/ENTRY/corrections',
    fields: plain({ text: 'a correction' }),
  },
  '/incidents/:number/links': { url: '/incidents/1/links', fields: plain({ number: '2' }) },
  '/incidents/:number/split': {
    url: '/incidents/1/split',
    fields: async (desk) => ({ address: await anotherAddress(desk) }),
  },
  '/incidents/:number/edit': {
    url: '/incidents/1/edit',
    fields: async ({ db }) => {
      const row = await db
        .selectFrom('incidents')
        .select('version')
        .where('number', '=', 1)
        .executeTakeFirstOrThrow();
      return { title: 'Another title', severity: 'high', version: String(row.version) };
    },
  },
  '/incidents/:number/messages': {
    url: '/incidents/1/messages',
    fields: plain({ direction: 'in', channel: 'email', text: 'We received your request.' }),
  },
  '/incidents/:number/messages/:id/verdict': {
    url: '/incidents/1/messages/1/verdict',
    fields: plain({ verdict: 'denied' }),
  },
  '/incidents/:number/tickets': {
    url: '/incidents/1/tickets',
    fields: plain({ reference: 'SRX1', channel: 'form' }),
  },
  '/incidents/:number/tickets/:id/closing': { url: '/incidents/1/tickets/1/closing', fields: plain({}) },
  '/incidents/:number/evidence': {
    url: '/incidents/1/evidence',
    fields: plain({ claim: 'fcrdns-ok', result: 'supports', words: 'it does', source: 'by hand' }),
  },
  '/incidents/:number/letters': {
    url: '/incidents/1/letters',
    fields: plain({ template: 'outlook-com/first', language: 'en' }),
  },
  '/incidents/:number/letters/:id': { url: '/incidents/1/letters/LETTER', fields: letterFields },
  '/incidents/:number/letters/:id/checking': {
    url: '/incidents/1/letters/LETTER/checking',
    fields: letterFields,
  },
  '/incidents/:number/letters/:id/refreshing': {
    url: '/incidents/1/letters/LETTER/refreshing',
    fields: letterFields,
  },
  '/incidents/:number/letters/:id/judging': {
    url: '/incidents/1/letters/LETTER/judging',
    fields: letterFields,
  },
  '/incidents/:number/letters/:id/overrides': {
    url: '/incidents/1/letters/LETTER/overrides',
    fields: plain({ claim: 'fcrdns-ok', reason: 'it was repaired' }),
  },
  '/incidents/:number/letters/:id/sending': {
    url: '/incidents/1/letters/LETTER/sending',
    fields: async (desk) => ({ ...(await letterFields(desk)), channel: 'form', reference: 'SRX9' }),
  },
  '/incidents/:number/letters/:id/mailing': {
    url: '/incidents/2/letters/MAILED/mailing',
    fields: async (desk) => ({
      ...(await letterFields({ ...desk, letter: desk.letter + MAILED })),
      account: '1',
      mailTo: 'desk@provider.example.net',
    }),
  },
  '/incidents/:number/messages/:id/withdrawal': {
    url: '/incidents/2/messages/MAIL0/withdrawal',
    fields: plain({}),
  },
  '/incidents/:number/messages/:id/attempt': {
    url: '/incidents/2/messages/MAIL1/attempt',
    fields: plain({}),
  },
  '/incidents/:number/messages/:id/decision': {
    url: '/incidents/2/messages/MAIL2/decision',
    fields: plain({ decision: 'arrived' }),
  },
  '/settings/mail/accounts': {
    url: '/settings/mail/accounts',
    fields: plain({
      name: 'Second',
      host: 'mail.example.com',
      port: '587',
      security: 'starttls',
      auth: 'password',
      userName: 'desk',
      secret: 'a-secret',
      fromAddress: 'desk@example.com',
      undoSeconds: '10',
    }),
  },
  '/settings/mail/accounts/:id': {
    url: '/settings/mail/accounts/1',
    fields: async ({ db }) => {
      const { version } = await db
        .selectFrom('sending_accounts')
        .select('version')
        .where('id', '=', 1)
        .executeTakeFirstOrThrow();
      return {
        name: 'Desk',
        host: '127.0.0.1',
        port: '9',
        security: 'none',
        auth: 'none',
        fromAddress: 'desk@example.com',
        version: String(version),
      };
    },
  },
  '/settings/mail/accounts/:id/disabling': {
    url: '/settings/mail/accounts/2/disabling',
    fields: plain({ disabled: 'yes' }),
  },
  '/settings/mail/accounts/:id/test': {
    url: '/settings/mail/accounts/1/test',
    fields: plain({ to: 'me@example.net' }),
  },
  '/settings/mail/accounts/:id/default': { url: '/settings/mail/accounts/1/default', fields: plain({}) },
  '/incidents/:number/letters/:id/discarding': {
    url: '/incidents/1/letters/OTHER/discarding',
    fields: plain({}),
  },
  '/desk/whose': { url: '/desk/whose', fields: plain({ whose: 'mine' }) },
  '/addresses': { url: '/addresses', fields: plain({ address: '198.51.100.9', label: 'news' }) },
  '/addresses/*': { url: '/addresses/203.0.113.7', fields: plain({ label: 'shop', version: '1' }) },
  '/settings/profile': {
    url: '/settings/profile',
    fields: async ({ db }) => {
      const { version } = await db.selectFrom('profile').select('version').executeTakeFirstOrThrow();
      return { name: 'Lighthouse Hosting', version: String(version) };
    },
  },
  '/settings/account': {
    url: '/settings/account',
    fields: plain({ name: 'M', timeZone: 'UTC', theme: 'dark' }),
  },
  '/settings/users': {
    url: '/settings/users',
    fields: plain({ name: 'New', email: 'new@example.com', role: 'viewer', password: 'a new long password' }),
  },
  '/settings/users/:id': { url: '/settings/users/2', fields: plain({ role: 'viewer' }) },
  '/settings/tokens': { url: '/settings/tokens', fields: plain({ name: 'cron', scope: 'read' }) },
  '/settings/tokens/:id/revocation': { url: '/settings/tokens/1/revocation', fields: plain({}) },
  ...PEOPLE_FORMS,
  '/settings/letters/:owner/:round/:language': {
    url: '/settings/letters/gmail/first/en',
    fields: async (desk) => ({
      ...TEMPLATE,
      note: 'ours',
      version: await templateVersion(desk, 'gmail/first'),
    }),
  },
  '/settings/letters/:owner/:round/:language/built-in': {
    url: '/settings/letters/yahoo/first/en/built-in',
    fields: async (desk) => {
      await desk.api('PUT', '/letter-templates/yahoo/first/en', TEMPLATE);
      return { version: await templateVersion(desk, 'yahoo/first') };
    },
  },
  '/settings/letters/:owner/:round/:language/trials': {
    url: '/settings/letters/yahoo/second-review/en/trials',
    fields: async (desk) => {
      await desk.api('PUT', '/letter-templates/yahoo/second-review/en', TEMPLATE);
      return { a: '0', b: await templateVersion(desk, 'yahoo/second-review') };
    },
  },
  '/settings/letters/:owner/:round/:language/trials/ending': {
    url: '/settings/letters/gmail/second-review/en/trials/ending',
    fields: async (desk) => ({ trial: await trialOf(desk, 'gmail/second-review') }),
  },
  '/settings/watching': {
    url: '/settings/watching',
    fields: plain({
      provider: 'gmail',
      opens: 'yes',
      refusals: '5',
      windowMinutes: '60',
      sharePercent: '50',
      accepted: '20',
      quietMinutes: '60',
      version: '0',
    }),
  },
  '/settings/watching/removal': { url: '/settings/watching/removal', fields: plain({ provider: 'yahoo' }) },
  '/settings/watching/transports': {
    url: '/settings/watching/transports',
    fields: plain({ via: 'out-1', address: '203.0.113.7' }),
  },
  '/complaints': {
    url: '/complaints',
    fields: plain({
      mail: 'From: staff@hotmail.com\nDate: Mon, 1 Jun 2026 10:00:00 +0000\nSubject: complaint about message from 203.0.113.7\n\nSee above.\n',
    }),
  },
  '/mail/take': {
    url: '/mail/take',
    fields: plain({ mail: 'From: a@provider.example\nMessage-ID: <1@provider.example>\n\nWe lifted it.\n' }),
  },
  '/settings/mailboxes': { url: '/settings/mailboxes', fields: plain(MAILBOX_FORM) },
  '/settings/mailboxes/:id': {
    url: '/settings/mailboxes/1',
    fields: plain({ ...MAILBOX_FORM, secret: '', name: 'Postmaster', version: '1' }),
  },
  '/settings/mailboxes/:id/disable': { url: '/settings/mailboxes/1/disable', fields: plain({}) },
  '/settings/mailboxes/:id/enable': { url: '/settings/mailboxes/1/enable', fields: plain({}) },
  '/settings/mailboxes/:id/look': { url: '/settings/mailboxes/1/look', fields: plain({}) },
  '/settings/mailboxes/floods/let-in': {
    url: '/settings/mailboxes/floods/let-in',
    fields: async ({ db }) => {
      await countHeld(db, 'flood@provider.example', 5);
      return { sender: 'flood@provider.example' };
    },
  },
  '/settings/mailboxes/floods/put-away': {
    url: '/settings/mailboxes/floods/put-away',
    fields: async ({ db }) => {
      await countHeld(db, 'other-flood@provider.example', 5);
      return { sender: 'other-flood@provider.example' };
    },
  },
  '/settings/snds/imports': {
    url: '/settings/snds/imports',
    fields: plain({ report: '203.0.113.7,6/1/2026 1:00 AM,9,8,7,GREEN,< 0.1%,,0,,' }),
  },
  '/settings/snds/feeds': {
    url: '/settings/snds/feeds',
    fields: plain({
      kind: 'status',
      link: 'https://postmaster.live.com/snds/ipStatus.aspx?key=2',
      token: 'a-token',
      renewedOn: '2026-03-10',
      attestedOn: '2026-01-10',
    }),
  },
  '/settings/snds/feeds/:id': {
    url: '/settings/snds/feeds/1',
    fields: async ({ db }) => {
      const { version } = await db
        .selectFrom('snds_feeds')
        .select('version')
        .where('id', '=', 1)
        .executeTakeFirstOrThrow();
      return { renewedOn: '2026-03-11', attestedOn: '2026-01-11', version: String(version) };
    },
  },
  '/settings/snds/feeds/:id/removal': { url: '/settings/snds/feeds/2/removal', fields: plain({}) },
  '/incidents/:number/recovery': {
    url: '/incidents/1/recovery',
    fields: plain({ words: '9 of 9 accepted' }),
  },
  '/evidence/:subject/sample': {
    url: '/evidence/203.0.113.7/sample',
    fields: plain({ message: 'From: a@harbour.example.com\r\nSubject: Hello\r\n\r\nHello.' }),
  },
  '/evidence/:subject/places/:place': {
    url: '/evidence/203.0.113.7/places/talos',
    fields: plain({ value: 'Neutral', note: 'little mail is seen' }),
  },
  '/incidents/:number/next-step/snooze': {
    url: '/incidents/1/next-step/snooze',
    fields: async (desk) => ({ step: await stepOf(desk), until: inDays(5), reason: 'a holiday' }),
  },
  '/incidents/:number/next-step/dismiss': {
    url: '/incidents/1/next-step/dismiss',
    fields: async (desk) => ({ step: await stepOf(desk), reason: 'a colleague does it' }),
  },
  '/incidents/:number/next-step/resume': {
    url: '/incidents/1/next-step/resume',
    fields: async (desk) => {
      const step = await stepOf(desk);
      await desk.api('POST', '/incidents/1/next-step/dismiss', { step, reason: 'by mistake' });
      return { step };
    },
  },
  '/incidents/:number/cause': {
    url: '/incidents/1/cause',
    fields: plain({
      class: 'list-quality',
      found: 'old lists',
      fixed: 'unsubscribed them',
      fixedAt: '2026-03-01T10:00',
    }),
  },
  '/reminders/answers': {
    url: '/reminders/answers',
    fields: async ({ db }) => {
      const [due] = await readReminders(db, new Date());
      return { key: due?.key ?? '', dueOn: due?.on ?? '', reason: 'done elsewhere' };
    },
  },
  '/reminders/withdrawals': {
    url: '/reminders/withdrawals',
    fields: async ({ db }) => {
      const answer = await db.selectFrom('reminder_answers').select('key').executeTakeFirst();
      return { key: answer?.key ?? 'none' };
    },
  },
  '/settings/programmes/:key': {
    url: '/settings/programmes/csa',
    fields: plain({ standing: 'member', since: '2026-01-10', reference: 'C-1', version: '0' }),
  },
  '/settings/programmes/:key/removal': { url: '/settings/programmes/csa/removal', fields: plain({}) },
  '/incidents/:number/checks': { url: '/incidents/1/checks', fields: plain({}) },
  ...HISTORY_FORMS,
  ...PLAYBOOK_FORMS,
  ...MAIL_IN_FORMS,
  ...WEBHOOK_FORMS,
  ...ERASURE_FORMS,
  ...REPORT_FORMS,
  ...SHARE_FORMS,
  ...SEARCH_FORMS,
  ...NOTICE_FORMS,
  ...IMPORT_FORMS,
  ...SIGN_IN_FORMS,
  '/settings/password': {
    url: '/settings/password',
    fields: plain({ current: 'correct horse battery', password: 'another horse battery' }),
  },
};
/** Tried elsewhere, as a file is, or without an effect: a letter as a file or a preview is what was typed, given back. */
export const ELSEWHERE = [
  '/sign-in',
  '/sign-out',
  ...SIGN_IN_ELSEWHERE,
  '/set-up/:secret',
  '/invitation/:secret',
  '/forgot-password',
  '/new-password/:secret',
  '/settings/identities',
  '/incidents/:number/letters/:id/letter.eml',
  '/incidents/:number/letters/:id/letter.txt',
  '/settings/letters/:owner/:round/:language/preview',
  '/incidents/:number/shares/choices',
  '/incidents/:number/shares/preview',
  '/settings/import',
  // A file is the answer.
  '/settings/backup/file',
];

/** Mails that wait, that were deferred, and that may have arrived; and a draft that is ready to be sent. */
async function mailsInHand({ api, db, desk }: TestDesk): Promise<number[]> {
  const account = { ...ACCOUNT, auth: 'none', userName: '', secret: '', port: 9 } as const;
  for (const name of ['Desk', 'Spare'])
    await db.transaction().execute((trx) => addAccount(trx, desk.secrets, { ...account, name }));
  const draft = await api('POST', '/incidents/2/letters', { template: 'outlook-com/first' });
  const mails: number[] = [];
  for (const state of ['queued', 'deferred', 'delivered-unknown'] as const) {
    const { body } = await api('POST', '/incidents/2/letters', { template: 'outlook-com/first' });
    await overrideStops(api, body.id);
    const sent = await api('POST', `/letters/${body.id}/send`, { channel: 'email', deliver: true, to: TO });
    mails.push(sent.body.mail.messageId);
    await db
      .updateTable('dispatches')
      .set({ state })
      .where('message_id', '=', mails.at(-1) ?? 0)
      .execute();
  }
  await overrideStops(api, draft.body.id);
  return mails;
}

/** A desk on which each of the forms has something to act on. */
export async function furnished(t: Parameters<typeof deskWithDraft>[0]) {
  const desk = await deskWithDraft(t);
  const { api, db } = desk;
  await api('POST', '/incidents', { report: '550 refused', provider: 'yahoo', addresses: ['203.0.113.9'] });
  await api('POST', '/incidents/1/messages', { direction: 'in', body: 'Hello.' });
  await api('POST', '/incidents/1/tickets', { reference: 'SRX0', channel: 'form' });
  const note = await api('POST', '/incidents/1/notes', { text: 'first wording' });
  await db
    .insertInto('transports')
    .values({ via: 'out-1', address_id: null, first_seen_at: new Date(), last_seen_at: new Date() })
    .execute();
  for (const key of ['0', '1'])
    await db
      .insertInto('snds_feeds')
      .values({
        kind: 'data',
        link: `https://postmaster.live.com/snds/data.aspx?key=${key}`,
        renewed_on: '2026-03-01',
        attested_on: null,
        fetched_until: null,
      })
      .execute();
  const mails = await mailsInHand(desk);
  const came = await mailsThatCame(desk);
  const admin = await signedIn(desk, 'admin');
  await signedIn(desk, 'operator');
  await admin.get('/settings/tokens');
  await admin.post('/settings/tokens', { name: 'old', scope: 'read' });
  await admin.get('/incidents/1');
  return { desk, admin, entry: String(note.body.id), mails, came };
}

export type Furnished = Awaited<ReturnType<typeof furnished>>;

/** Where a form is sent on this desk. */
export const urlOf = (form: Form, { desk, entry, mails, came }: Furnished) =>
  form.url
    .replace(/MAIL(\d)/, (_, at) => String(mails[Number(at)]))
    .replace('MAILED', String(desk.letter + MAILED))
    .replace(/CAME(\d)/, (_, at) => String(came[Number(at)]))
    .replace('LETTER', String(desk.letter))
    .replace('OTHER', String(desk.letter + OTHER))
    .replace('ENTRY', entry);
