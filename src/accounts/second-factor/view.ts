import type { FastifyReply, FastifyRequest } from 'fastify';
import { viewerOf } from '../../web/access.ts';
import type { FormProblem } from '../../web/forms.ts';
import { isFresh } from '../own-request.ts';
import { listPasskeys } from '../passkeys/store.ts';
import { RECOVERY_CODES } from './recovery-codes.ts';
import { factorsOf, hasSecondFactor } from './store.ts';

/** The field for the password of each form on the page, by where the form goes. */
const FIELD_OF: Record<string, string> = {
  '/settings/second-factor/key': 'key-current',
  '/settings/second-factor/key/removal': 'app-current',
  '/settings/second-factor/recovery-codes': 'codes-current',
};
const passkeyField = (id: number) => `current-${id}`;
const fieldOf = (path: string) => {
  const passkey = /^\/settings\/passkeys\/(\d+)\/removal$/.exec(path)?.[1];
  return passkey ? passkeyField(Number(passkey)) : FIELD_OF[path];
};

/** What the page of a person's factors shows. Of several forms with a password, the message stands at the one that was sent. */
export async function factorView(request: FastifyRequest, problem?: FormProblem, passkeyName = '') {
  const { db } = request.server.desk;
  const viewer = viewerOf(request);
  const userId = viewer.userId ?? 0;
  const [factors, passkeys, fresh, user, needed] = await Promise.all([
    factorsOf(db, userId),
    listPasskeys(db, userId),
    isFresh(request),
    db.selectFrom('users').select('takes_sign_in_alerts').where('id', '=', userId).executeTakeFirst(),
    db.selectFrom('sign_in_rules').select('needs_second_factor').executeTakeFirst(),
  ]);
  const words = problem ? (Object.values(problem.fields)[0] ?? problem.message) : '';
  const field = problem?.fields['current'] ? fieldOf(request.url) : undefined;
  const wrong: Record<string, string> = field ? { [field]: words } : {};
  return {
    hasApp: factors.app,
    passkeys: passkeys.map((one) => ({
      ...one,
      field: passkeyField(one.id),
      wrong: wrong[passkeyField(one.id)],
    })),
    wrong,
    codesLeft: factors.recoveryCodes,
    codesMade: RECOVERY_CODES,
    isOn: hasSecondFactor(factors),
    isNeeded: needed?.needs_second_factor ?? false,
    mustEnrol: viewer.mustEnrol && !hasSecondFactor(factors),
    asksPassword: !fresh,
    takesAlerts: user?.takes_sign_in_alerts ?? true,
    passkeyName,
    problem: words,
  };
}

/** Recovery codes, shown this once; undefined: they were, in the answer to the same form. */
export const showCodes = (
  reply: FastifyReply,
  codes: string[] | undefined,
  done: string,
): Promise<FastifyReply> => reply.page('settings/recovery-codes', { codes: codes ?? [], done });
