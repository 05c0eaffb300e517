import { createPrivateKey } from 'node:crypto';
import type { MailSecurity, SendingAccountRow } from '../database/tables.ts';
import { checkAddress, whyNotHeader } from './mail-address.ts';

/** Pure: what a sending account may be. */

export const SECURITY_WORDS: Record<MailSecurity, string> = {
  starttls: 'STARTTLS',
  tls: 'TLS from the start',
  none: 'not encrypted',
};
export const AUTH_WORDS: Record<SendingAccountRow['auth'], string> = {
  password: 'name and password',
  oauth2: 'OAuth 2',
  none: 'none',
};
export const SECURITIES = Object.keys(SECURITY_WORDS) as MailSecurity[];
export const AUTHS = Object.keys(AUTH_WORDS) as SendingAccountRow['auth'][];

/** As a person fills it in. A secret left out stays as it is. */
export type AccountInput = {
  name: string;
  host: string;
  port: number;
  security: MailSecurity;
  auth: SendingAccountRow['auth'];
  userName: string;
  secret: string;
  oauthClientId: string;
  oauthClientSecret: string;
  oauthTokenUrl: string;
  fromName: string;
  fromAddress: string;
  replyAddress: string;
  tagsReplies: boolean;
  dkimDomain: string;
  dkimSelector: string;
  dkimKey: string;
  undoSeconds: number;
};
/** Whether the account has these already. */
export type KeptSecrets = { secret: boolean; oauthClientSecret: boolean; dkimKey: boolean };
export const NOTHING_KEPT: KeptSecrets = { secret: false, oauthClientSecret: false, dkimKey: false };
export const ALL_KEPT: KeptSecrets = { secret: true, oauthClientSecret: true, dkimKey: true };

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);

const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const isHost = (host: string) => HOST.test(host) || /^[0-9a-f:]{2,39}$/i.test(host);
const SELECTOR = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/i;

function isKey(pem: string): boolean {
  try {
    return ['rsa', 'ed25519'].includes(createPrivateKey(pem).asymmetricKeyType ?? '');
  } catch {
    return false;
  }
}

function tokenUrlProblem(text: string): string {
  if (!URL.canParse(text))
    return 'Needed: the address that gives tokens, such as https://login.example.com/token.';
  const url = new URL(text);
  if (url.username || url.password) return 'The address must not have a name or password in it.';
  const isNear = url.protocol === 'http:' && isLoopback(url.hostname);
  return url.protocol === 'https:' || isNear ? '' : 'The address must start with https://.';
}

const addressProblem = (text: string): string => {
  const checked = checkAddress(text);
  return 'problem' in checked ? checked.problem : '';
};

function loginProblems(input: AccountInput, kept: KeptSecrets): Record<string, string> {
  if (input.auth === 'none') return {};
  const plain = input.security === 'none' && !isLoopback(input.host);
  const common = {
    security: plain
      ? 'A password is not sent over a line that anybody can read: choose STARTTLS or TLS.'
      : '',
    userName: input.userName ? (whyNotHeader(input.userName) ?? '') : 'Needed: the name to log in with.',
    secret:
      input.secret || kept.secret
        ? ''
        : input.auth === 'password'
          ? 'Needed: the password.'
          : 'Needed: the refresh token.',
  };
  if (input.auth === 'password') return common;
  return {
    ...common,
    oauthClientId: input.oauthClientId ? '' : 'Needed: the client’s id.',
    oauthTokenUrl: tokenUrlProblem(input.oauthTokenUrl),
  };
}

function dkimProblems(input: AccountInput, kept: KeptSecrets): Record<string, string> {
  if (!input.dkimDomain && !input.dkimSelector && !input.dkimKey) return {};
  const isMissing = !input.dkimKey && !kept.dkimKey;
  return {
    dkimDomain:
      HOST.test(input.dkimDomain) && input.dkimDomain.includes('.') ? '' : 'Needed: the domain that signs.',
    dkimSelector: SELECTOR.test(input.dkimSelector) ? '' : 'Needed: the selector, such as s2026.',
    dkimKey: isMissing
      ? 'Needed: the private key.'
      : input.dkimKey && !isKey(input.dkimKey)
        ? 'This is no private key in PEM (RSA or Ed25519).'
        : '',
  };
}

/** What is wrong with an account, by field; empty: nothing. */
export function accountProblems(input: AccountInput, kept: KeptSecrets): Record<string, string> {
  const problems = {
    name: input.name.trim() ? (whyNotHeader(input.name) ?? '') : 'Needed: what to call it.',
    host: isHost(input.host) ? '' : 'Must be a host name or IP address.',
    fromName: whyNotHeader(input.fromName) ?? '',
    fromAddress: addressProblem(input.fromAddress),
    replyAddress: input.replyAddress
      ? addressProblem(input.replyAddress)
      : input.tagsReplies
        ? 'Needed for tagged answers: the address that answers come to.'
        : '',
    ...loginProblems(input, kept),
    ...dkimProblems(input, kept),
  };
  return Object.fromEntries(Object.entries(problems).filter(([, words]) => words));
}
