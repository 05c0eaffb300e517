import type { Trx } from '../../database/open.ts';
import type { Actor } from '../../web/access.ts';
import { type Teller, tellOfSafety } from '../alerts/tell.ts';
import { endSessions } from '../sessions/store.ts';
import { hasSecondFactor, removeAllFactors } from './store.ts';

/**
 * Takes app, passkeys and recovery codes from somebody who has lost them; their sessions end, and they are told. False:
 * they had none. `who`: who takes them, as the mail says it.
 */
export async function takeFactors(
  trx: Trx,
  teller: Teller,
  userId: number,
  { by, who }: { by: Actor; who: string },
): Promise<boolean> {
  const had = hasSecondFactor(await removeAllFactors(trx, userId));
  if (!had) return false;
  await endSessions(trx, userId);
  await tellOfSafety(trx, teller, userId, { kind: 'factors-removed', by, who }, null);
  return true;
}
