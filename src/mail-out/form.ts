import { type Static, type TObject, Type } from '../json-schema.ts';
import { mailServerValues } from '../outside/mail-server.ts';
import { Problem } from '../problem.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import type { AccountInput, KeptSecrets } from './account.ts';
import { AUTHS, accountProblems, SECURITIES } from './account.ts';
import type { ShownAccount } from './accounts.ts';

/** The form of a sending account. What is secret is in no answer: an empty field keeps what is there. */
export const AccountForm = Type.Object({
  name: Type.String({ maxLength: 120, description: 'what to call it' }),
  host: Type.String({ maxLength: 253, description: 'the server’s name' }),
  port: Type.Integer({ minimum: 1, maximum: 65_535, description: 'a port from 1 to 65535' }),
  security: Type.Enum([...SECURITIES], { description: 'one of those listed' }),
  auth: Type.Enum([...AUTHS], { description: 'one of those listed' }),
  userName: Type.Optional(Type.String({ maxLength: 254 })),
  secret: Type.Optional(Type.String({ maxLength: 8000 })),
  oauthClientId: Type.Optional(Type.String({ maxLength: 500 })),
  oauthClientSecret: Type.Optional(Type.String({ maxLength: 2000 })),
  oauthTokenUrl: Type.Optional(Type.String({ maxLength: 500 })),
  fromName: Type.Optional(Type.String({ maxLength: 120 })),
  fromAddress: Type.String({ maxLength: 254, description: 'the address that letters come from' }),
  replyAddress: Type.Optional(Type.String({ maxLength: 254 })),
  tagsReplies: Type.Optional(Type.Enum(['yes'])),
  dkimDomain: Type.Optional(Type.String({ maxLength: 253 })),
  dkimSelector: Type.Optional(Type.String({ maxLength: 63 })),
  dkimKey: Type.Optional(Type.String({ maxLength: 20_000 })),
  undoSeconds: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 120, description: 'seconds from 0 to 120' }),
  ),
});

export const SECRET_FIELDS = ['secret', 'oauthClientSecret', 'dkimKey'] as const;

/** The form without what is secret: for what is shown again, and for what is kept of a request. */
export const withoutSecrets = <Form extends Record<string, unknown>>(form: Form): Form =>
  Object.fromEntries(
    Object.entries(form).filter(([name]) => !(SECRET_FIELDS as readonly string[]).includes(name)),
  ) as Form;

export const inputOf = (form: Static<typeof AccountForm>): AccountInput => ({
  ...form,
  host: form.host.trim(),
  userName: form.userName ?? '',
  secret: form.secret ?? '',
  oauthClientId: form.oauthClientId ?? '',
  oauthClientSecret: form.oauthClientSecret ?? '',
  oauthTokenUrl: form.oauthTokenUrl ?? '',
  fromName: form.fromName ?? '',
  fromAddress: form.fromAddress.trim(),
  replyAddress: (form.replyAddress ?? '').trim(),
  tagsReplies: form.tagsReplies === 'yes',
  dkimDomain: (form.dkimDomain ?? '').trim().toLowerCase(),
  dkimSelector: (form.dkimSelector ?? '').trim(),
  dkimKey: (form.dkimKey ?? '').trim(),
  undoSeconds: form.undoSeconds ?? 10,
});

type Values = Record<Exclude<keyof AccountInput, (typeof SECRET_FIELDS)[number]>, string>;

export const EMPTY: Values = {
  name: '',
  host: '',
  port: '587',
  security: 'starttls',
  auth: 'password',
  userName: '',
  oauthClientId: '',
  oauthTokenUrl: '',
  fromName: '',
  fromAddress: '',
  replyAddress: '',
  tagsReplies: '',
  dkimDomain: '',
  dkimSelector: '',
  undoSeconds: '10',
};

/** An account as its form shows it. */
export const valuesOf = (
  row: ShownAccount & { oauth_client_id: string; oauth_token_url: string },
): Values => ({
  ...mailServerValues(row),
  oauthClientId: row.oauth_client_id,
  oauthTokenUrl: row.oauth_token_url,
  fromName: row.from_name,
  fromAddress: row.from_address,
  replyAddress: row.reply_address,
  tagsReplies: row.tags_replies ? 'yes' : '',
  dkimDomain: row.dkim_domain,
  dkimSelector: row.dkim_selector,
  undoSeconds: String(row.undo_seconds),
});

/** Reads the form. Where it is not even of its form, what else is wrong with the account is told as well: all at once. */
export function readAccount<Form extends TObject>(
  form: Form,
  body: unknown,
  kept: KeptSecrets,
): Static<Form> {
  try {
    return readForm(form, body);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const typed = { ...EMPTY, ...typedAgain(body) } as Record<string, string>;
    const input = inputOf({ ...typed, port: 0, undoSeconds: 0 } as Static<typeof AccountForm>);
    const fields = { ...accountProblems(input, kept), ...error.fields };
    throw new Problem('invalid', error.message, { fields });
  }
}
