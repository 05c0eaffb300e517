import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { Test } from 'tap';

export const CLIENT = { id: 'delist-desk', secret: 'a-secret-of-the-provider-for-tests-0001' };
export const REDIRECT = 'https://desk.example.com/sign-in/provider/callback';

/** What the provider says of its accounts, by their subject. */
export type Accounts = Record<string, Record<string, unknown>>;

/** A real provider on this machine, whose log-in form answers itself: whoever `as` names is signed in there. */
export async function startProvider(t: Test, accounts: Accounts) {
  const state = { as: '' };
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [REDIRECT],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/answer/${interaction.uid}` },
    cookies: { keys: ['a key for tests'] },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, ...accounts[sub] }),
    }),
    // Nobody is asked whether the desk may know who they are.
    loadExistingGrant: async (ctx) => {
      const { client, session, provider: own } = ctx.oidc;
      const grant = new own.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on('request', (request, reply) => {
    if (!request.url?.startsWith('/answer/')) return void answer(request, reply);
    void provider.interactionFinished(request, reply, { login: { accountId: state.as } });
  });
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Goes through the provider's pages as that account, and says where it sends the browser back to. */
  async function visit(address: string, as: string): Promise<URL> {
    state.as = as;
    const cookies = new Map<string, string>();
    let at = new URL(address);
    for (let hops = 0; hops < 8; hops++) {
      const page = await fetch(at, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const line of page.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const to = page.headers.get('location');
      if (!to) throw new Error(`the provider stays at ${at.pathname}: ${await page.text()}`);
      at = new URL(to, at);
      if (at.href.startsWith(REDIRECT)) return at;
    }
    throw new Error('the provider goes round in circles');
  }
  return { issuer, visit };
}
