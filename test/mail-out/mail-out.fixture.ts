import type { Test } from 'tap';
import type { AccountInput } from '../../src/mail-out/account.ts';
import { addAccount } from '../../src/mail-out/accounts.ts';
import type { Patience } from '../../src/mail-out/smtp.ts';
import { sendDue } from '../../src/mail-out/worker.ts';
import { PROFILE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { overrideStops } from '../letters/override-stops.ts';
import { FakeSmtp, type Script } from './smtp.fixture.ts';

export const CANARY = 'canary-password-7f3a91';

export const ACCOUNT: AccountInput = {
  name: 'Desk',
  host: '127.0.0.1',
  port: 587,
  security: 'none',
  auth: 'password',
  userName: 'desk@harbour.example.com',
  secret: CANARY,
  oauthClientId: '',
  oauthClientSecret: '',
  oauthTokenUrl: '',
  fromName: 'Jonas Weber',
  fromAddress: 'desk@harbour.example.com',
  replyAddress: '',
  tagsReplies: false,
  dkimDomain: '',
  dkimSelector: '',
  dkimKey: '',
  undoSeconds: 0,
};

export const TO = 'support@provider.example.net';
const SILENT = { info: () => {}, warn: () => {} };
/** No test waits for as long as a person's server may take. */
export const HASTE: Patience = { connectMs: 1500, sendMs: 1500 };

export type MailDesk = TestDesk & {
  server: FakeSmtp;
  account: number;
  number: number;
  /** Drafts a first request that is ready to be sent, also beside an open one. */
  draft: () => Promise<number>;
  /** Drafts and sends one. */
  send: (more?: object) => Promise<{ letter: number; message: number }>;
  /** Lets the worker do what is due. */
  work: (patience?: Patience) => Promise<number>;
  dispatch: (message: number) => ReturnType<typeof dispatchRow>;
  state: () => Promise<string>;
};

const dispatchRow = ({ db }: TestDesk, message: number) =>
  db.selectFrom('dispatches').selectAll().where('message_id', '=', message).executeTakeFirstOrThrow();

/** A desk with one incident, a server that takes its mail, and an account there. */
export async function mailDesk(
  t: Test,
  { script = {}, account = {} }: { script?: Script; account?: Partial<AccountInput> } = {},
): Promise<MailDesk> {
  const desk = await testDesk(t);
  const server = await FakeSmtp.start(t, script);
  await desk.api('PUT', '/profile', PROFILE);
  const logged = await desk.api('POST', '/incidents', { report: REFUSAL });
  const { number } = logged.body;
  const id = await desk.db
    .transaction()
    .execute((trx) => addAccount(trx, desk.desk.secrets, { ...ACCOUNT, port: server.port, ...account }));
  const draft = async () => {
    const answer = await desk.api('POST', `/incidents/${number}/letters`, {
      template: 'outlook-com/first',
      language: 'en',
    });
    t.equal(answer.status, 201, JSON.stringify(answer.body));
    await overrideStops(desk.api, answer.body.id);
    return answer.body.id as number;
  };
  return {
    ...desk,
    server,
    account: id,
    number,
    draft,
    async send(more = {}) {
      const letter = await draft();
      const answer = await desk.api('POST', `/letters/${letter}/send`, {
        channel: 'email',
        deliver: true,
        to: TO,
        ...more,
      });
      t.equal(answer.status, 200, JSON.stringify(answer.body));
      return { letter, message: answer.body.mail.messageId as number };
    },
    work: (patience = HASTE) => sendDue({ db: desk.db, secrets: desk.desk.secrets }, SILENT, { patience }),
    dispatch: (message) => dispatchRow(desk, message),
    async state() {
      return (await desk.api('GET', `/incidents/${number}`)).body.state;
    },
  };
}
