import type { Db } from '../database/open.ts';
import { withNext } from '../web/links.ts';
import { providerInUse } from './oidc/provider-store.ts';
import { hasUsers } from './store.ts';

type Shown = { next: string; email?: string; problem?: string; carried?: string };

/** What the sign-in page shows: before anything was sent, and again where it was not right. */
export async function signInView(db: Db, { next, email = '', problem = '', carried = '' }: Shown) {
  const [isSetUp, provider] = await Promise.all([hasUsers(db), providerInUse(db)]);
  return {
    ...{ next, email, problem, carried },
    nobody: !isSetUp,
    provider: provider?.name ?? '',
    providerLink: withNext('/sign-in/provider', next),
  };
}
