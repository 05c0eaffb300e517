/**
 * Why something cannot be done, in the domain's terms. `web/problems.ts` alone maps codes to HTTP.
 * `fields` names the inputs that are wrong, each with what is wrong and what to do.
 */
export type ProblemCode =
  | 'bad-request'
  | 'invalid'
  | 'not-found'
  | 'not-signed-in'
  | 'not-allowed'
  | 'second-factor-needed'
  | 'form-expired'
  | 'changed-meanwhile'
  | 'already-exists'
  | 'already-sent'
  | 'incident-closed'
  | 'incident-merged'
  | 'letter-incomplete'
  | 'claim-contradicted'
  | 'letter-stopped'
  | 'key-reused'
  | 'too-large'
  | 'too-many-tries'
  | 'too-many-connections'
  | 'too-much-mail'
  | 'too-busy'
  | 'wrong-type'
  | 'wrong-host'
  | 'database-away'
  | 'disk-full'
  | 'unexpected';

export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;
  readonly fields: Record<string, string>;
  readonly facts: Record<string, unknown>;

  constructor(
    code: ProblemCode,
    message: string,
    more: { fields?: Record<string, string>; facts?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.code = code;
    this.fields = more.fields ?? {};
    this.facts = more.facts ?? {};
  }
}

export const notFound = (what: string) => new Problem('not-found', `There is no ${what}.`);

/** Somebody else changed a row since its page was opened. */
export const changedSince = (what: string) =>
  new Problem(
    'changed-meanwhile',
    `Somebody changed this ${what} since you opened the page. Look at it, then save again.`,
  );

/** One input is wrong. */
export const invalid = (field: string, message: string) =>
  new Problem('invalid', message, { fields: { [field]: message } });
