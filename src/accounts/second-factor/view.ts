import type { FastifyReply, FastifyRequest } from 'fastify';
import { viewerOf } from '../../web/access.ts';
import type { FormProblem } from '../../web/forms.ts';
import { isFresh } from '../own-request.ts';
import { listPasskeys } from '../passkeys/store.ts';
import { RECOVERY_CODES } from './recovery-codes.ts';
import { factorsOf, hasSecondFactor } from './store.ts';

/** What the page of a person's factors shows. Of several forms with a password, the message stands above them all. */
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
  return {
    hasApp: factors.app,
    passkeys,
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
