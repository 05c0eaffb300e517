import type { FastifyInstance, InjectOptions } from 'fastify';
import type { Test } from 'tap';
import { addUser } from '../src/accounts/store.ts';
import { buildApp, type Desk } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Db } from '../src/database/open.ts';
import type { Role } from '../src/database/tables.ts';
import { lazyWorld } from '../src/evidence/checks/lazy-world.ts';
import { openLibrary } from '../src/letters/library.ts';
import { openPlaybooks } from '../src/playbooks/live.ts';
import { readCatalogue } from '../src/providers/catalogue.ts';
import { openSecrets } from '../src/secrets/secrets.ts';
import { loadViews } from '../src/web/views.ts';
import { testDatabase } from './database.ts';

export const BOOTSTRAP = 'a-bootstrap-token-for-tests';
export const PASSWORD = 'correct horse battery';
export const CATALOGUE = readCatalogue();
export const LETTERS = openLibrary();
const VIEWS = loadViews();
/** A key of the tests' own: no file is written. */
const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');
export const SECRETS = openSecrets(readConfig({ SECRET_KEY }));

export type TestDesk = { app: FastifyInstance; db: Db; desk: Desk; api: ReturnType<typeof apiOf> };

/** The app over a database of its own; both end with the test. */
export async function testDesk(t: Test, environment: Record<string, string> = {}): Promise<TestDesk> {
  const db = await testDatabase(t);
  const config = readConfig({ DELIST_DESK_BOOTSTRAP_TOKEN: BOOTSTRAP, SECRET_KEY, ...environment });
  const playbooks = openPlaybooks(db, CATALOGUE);
  const given = { config, db, catalogue: playbooks.catalogue, playbooks };
  const desk: Desk = {
    ...given,
    letters: openLibrary(),
    views: VIEWS,
    world: lazyWorld(given),
    secrets: openSecrets(config),
  };
  const app = await buildApp(desk);
  t.teardown(() => app.close());
  return { app, db, desk, api: apiOf(app) };
}

/** Calls the API with a token and answers status and JSON. */
export function apiOf(app: FastifyInstance) {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await app.inject({
      method: method as 'GET',
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${BOOTSTRAP}`, ...headers },
      ...(body === undefined ? {} : { payload: body as InjectOptions['payload'] & object }),
    });
    return { status: answer.statusCode, body: answer.body ? answer.json() : null, headers: answer.headers };
  };
}

/** A signed-in browser: it keeps cookies and sends the token of the form that it saw. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly app: FastifyInstance;
  csrf = '';
  /** Under which name it asks; the desk's BASE_URL, where it has one. */
  readonly host: string;

  constructor(app: FastifyInstance, host = 'localhost') {
    this.app = app;
    this.host = host;
  }

  private keep(headers: Record<string, unknown>): void {
    const set = headers['set-cookie'];
    for (const line of Array.isArray(set) ? set : set ? [set] : []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(String(line)) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }

  private get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async get(url: string) {
    const answer = await this.app.inject({
      method: 'GET',
      url,
      headers: { host: this.host, cookie: this.cookieHeader },
    });
    this.keep(answer.headers);
    const token = /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1];
    if (token) this.csrf = token;
    return answer;
  }

  async post(url: string, fields: Record<string, string> = {}) {
    const payload = new URLSearchParams({ _csrf: this.csrf, ...fields }).toString();
    const answer = await this.app.inject({
      method: 'POST',
      url,
      payload,
      headers: {
        host: this.host,
        cookie: this.cookieHeader,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    this.keep(answer.headers);
    return answer;
  }

  async signIn(email: string): Promise<void> {
    await this.get('/sign-in');
    await this.post('/sign-in', { email, password: PASSWORD });
    await this.get('/settings');
  }
}

/** A person with that role, signed in. */
export async function signedIn(desk: TestDesk, role: Role = 'operator', host?: string): Promise<Browser> {
  const email = `${role}-${Math.random().toString(36).slice(2, 8)}@example.com`;
  await addUser(desk.db, { email, name: `The ${role}`, role, password: PASSWORD });
  const browser = new Browser(desk.app, host);
  await browser.signIn(email);
  return browser;
}

export const PROFILE = {
  name: 'Harbour Hosting',
  website: 'https://harbour.example.com',
  contactName: 'Jonas Weber',
  contactEmail: 'postmaster@harbour.example.com',
  sendingDomains: ['harbour.example.com'],
};

export const REFUSAL =
  "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).";
