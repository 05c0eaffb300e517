type Failure = Error & {
  code?: string;
  authenticationFailed?: boolean;
  response?: unknown;
  responseText?: string;
  serverResponseCode?: string;
  mailboxMissing?: boolean;
};

const NETWORK: Record<string, string> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'ended the connection',
  EConnectionClosed: 'ended the connection',
  NoConnection: 'ended the connection',
  ENOTFOUND: 'is a name that nobody knows',
  EAI_AGAIN: 'could not be found: the name server does not answer',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ETIMEDOUT: 'does not answer',
  ETIMEOUT: 'does not answer any more',
  CONNECT_TIMEOUT: 'does not answer',
  GREETING_TIMEOUT: 'takes the connection and says nothing; does it want TLS from the start?',
  UPGRADE_TIMEOUT: 'does not go on to TLS',
  LineTooLarge: 'sent a line that has no end',
  LiteralTooLarge: 'sent more than was asked for',
  ResponseTooLarge: 'sent more than was asked for',
  TooManyTokens: 'sent more than was asked for',
  TooManyResponses: 'sent more than was asked for',
  NoList: 'does not say which messages there are',
  NotIMAP: 'does not speak IMAP',
};

const plain = (text: unknown): string =>
  typeof text === 'string'
    ? text
        .replace(/[\0-\x1f\x7f]+/g, ' ')
        .trim()
        .slice(0, 500)
    : '';

const IS_TLS = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

/** What went wrong with a mailbox, in words, with the server's own where it said any. No secret is in them. */
export function wordsFor(error: unknown, { host, port }: { host: string; port: number }): string {
  const failure = error as Failure;
  const server = `${host}:${port}`;
  const said = plain(failure.responseText) || plain(failure.response);
  const quoted = said ? ` It says: “${said}”` : '';
  if (failure.authenticationFailed) return `${server} refuses the sign-in.${quoted}`;
  const code = failure.code ?? '';
  if (IS_TLS.test(code))
    return `The certificate of ${server} is not trusted (${code}): the connection was not used.`;
  const network = NETWORK[code];
  if (network) return `${server} ${network} (${code}).`;
  if (said) return `${server} refused what was asked of it.${quoted}`;
  return `${server}: ${plain(failure.message) || 'nothing is known of what went wrong'}`;
}
