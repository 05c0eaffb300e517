import type { Test } from 'tap';
import { API } from '../../src/web/api.ts';
import { BOOTSTRAP, PROFILE, REFUSAL } from '../desk.ts';
import { PNG } from '../evidence/pictures/pictures.fixture.ts';
import { wrongAnswer } from './answers.walk.ts';
import type { Walk, WalkedDesk } from './walked-desk.fixture.ts';

/** What earlier calls answered, by what they were: `POST /incidents`. */
// biome-ignore lint/suspicious/noExplicitAny: answers of all calls
type Made = Record<string, any>;
type Write = [
  call: string,
  path: string | ((made: Made) => string),
  body?: object | ((made: Made) => object),
];

const own = (made: Made) => made['POST /incidents'].number as number;
const at = (rest: string) => (made: Made) => `/incidents/${own(made)}${rest}`;
const step = (made: Made) => ({ step: made['PATCH /incidents/:number'].nextAction.step as string });
const made = (call: string, path: string, key: string) => (all: Made) =>
  path.replace('ID', String(all[call][key]));
const ofWebhook = (rest: string) => (all: Made) => `/webhooks/${all['POST /webhooks'].webhook.id}${rest}`;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

const TEMPLATE = { title: 'To Proximus', when: 'When it refuses', subject: 'About {{address}}' };
const textOf = (end: string) => ({ ...TEMPLATE, body: `Hello,\n\nplease lift the block${end}\n` });
const PLACE = '/letter-templates/proximus/first/en';
const OWN = { name: 'Walked Mail', kind: 'mailbox-provider', languages: ['en'] };

/** Valid calls of the API in an order in which each has something to act on. */
const WRITES: Write[] = [
  ['POST /parse', '/parse', { text: REFUSAL }],
  ['POST /incidents', '/incidents', { report: REFUSAL, provider: 'cox', addresses: ['198.51.100.31'] }],
  ['PATCH /incidents/:number', at(''), { affected: 'the shop', severity: 'high' }],
  ['POST /incidents/:number/notes', at('/notes'), { text: 'They telephoned.' }],
  ['POST /incidents/:number/links', at('/links'), { number: 1, kind: 'follows' }],
  ['DELETE /incidents/:number/links/:other', at('/links/1')],
  ['POST /incidents/:number/tickets', at('/tickets'), { reference: 'W1', channel: 'form' }],
  ['POST /incidents/:number/messages', at('/messages'), { direction: 'in', body: 'We looked at it.' }],
  [
    'PATCH /incidents/:number/messages/:id',
    (all) => at(`/messages/${all['POST /incidents/:number/messages'].id}`)(all),
    { verdict: 'denied' },
  ],
  ['POST /incidents/:number/tags', at('/tags'), { add: ['walked'] }],
  ['POST /incidents/:number/watchers', at('/watchers'), { userId: 1 }],
  ['POST /incidents/:number/cause', at('/cause'), { class: 'list-quality', found: 'old lists' }],
  [
    'POST /incidents/:number/evidence',
    at('/evidence'),
    { claim: 'fcrdns-ok', result: 'supports', words: 'it does', source: 'by hand' },
  ],
  ['POST /incidents/:number/shares', at('/shares'), { madeFor: 'the auditor', parts: ['summary'] }],
  ['PATCH /incidents/:number', at(''), { affected: 'all shops' }],
  [
    'POST /incidents/:number/next-step/snooze',
    at('/next-step/snooze'),
    (all) => ({ ...step(all), until: inDays(2) }),
  ],
  ['PATCH /incidents/:number', at(''), { affected: 'one shop' }],
  [
    'POST /incidents/:number/next-step/dismiss',
    at('/next-step/dismiss'),
    (all) => ({ ...step(all), reason: 'done' }),
  ],
  ['POST /incidents/:number/next-step/resume', at('/next-step/resume'), step],
  ['POST /incidents/:number/letters', at('/letters'), {}],
  [
    'PATCH /letters/:id',
    made('POST /incidents/:number/letters', '/letters/ID', 'id'),
    { subject: 'About the block' },
  ],
  [
    'POST /incidents/bulk',
    '/incidents/bulk',
    (all) => ({ numbers: [own(all)], action: 'tag', tags: ['bulk'] }),
  ],
  ['POST /incidents/bulk/:id/undo', made('POST /incidents/bulk', '/incidents/bulk/ID/undo', 'id')],
  [
    'POST /evidence/:subject/places/:place/readings',
    '/evidence/203.0.113.7/places/talos/readings',
    { value: 'Good', pictures: [{ name: 'a.png', base64: PNG.toString('base64') }] },
  ],
  ['PUT /letter-templates/:owner/:round/:language', PLACE, textOf('.')],
  ['PUT /letter-templates/:owner/:round/:language', PLACE, textOf(', please.')],
  ['POST /letter-templates/:owner/:round/:language/trials', `${PLACE}/trials`, { a: 1, b: 2 }],
  [
    'PATCH /letter-templates/:owner/:round/:language/trials/:id',
    made('POST /letter-templates/:owner/:round/:language/trials', `${PLACE}/trials/ID`, 'id'),
    { state: 'ended' },
  ],
  ['POST /letter-templates/:owner/:round/:language/built-in', `${PLACE}/built-in`, {}],
  ['POST /providers', '/providers', OWN],
  ['PUT /providers/:key', made('POST /providers', '/providers/ID', 'key'), { ...OWN, name: 'Walked Post' }],
  [
    'POST /providers/:key/notes',
    made('POST /providers', '/providers/ID/notes', 'key'),
    { text: 'They answer at night.' },
  ],
  ['DELETE /providers/:key', made('POST /providers', '/providers/ID', 'key')],
  ['PUT /profile', '/profile', PROFILE],
  ['PUT /programmes/:key', '/programmes/csa', { standing: 'member', since: '2026-01-10' }],
  ['DELETE /programmes/:key', '/programmes/csa'],
  ['POST /fields', '/fields', { name: 'Walked', kind: 'text' }],
  ['PATCH /fields/:id', made('POST /fields', '/fields/ID', 'id'), { version: 1, name: 'Walked on' }],
  ['PATCH /tags/:tag', '/tags/1', { name: 'walked-on' }],
  ['DELETE /tags/:tag', '/tags/1'],
  ['POST /views', '/views', { name: 'Walked', query: 'provider:cox' }],
  ['PATCH /views/:id', made('POST /views', '/views/ID', 'id'), { name: 'Walked on' }],
  ['DELETE /views/:id', made('POST /views', '/views/ID', 'id')],
  [
    'POST /report-schedules',
    '/report-schedules',
    { report: 'load', cadence: 'daily', hour: 7, userIds: [1] },
  ],
  ['PATCH /report-schedules/:id', made('POST /report-schedules', '/report-schedules/ID', 'id'), { hour: 8 }],
  ['DELETE /report-schedules/:id', made('POST /report-schedules', '/report-schedules/ID', 'id')],
  ['POST /report-addresses', '/report-addresses', { address: 'boss@example.com' }],
  ['DELETE /report-addresses/:id', made('POST /report-addresses', '/report-addresses/ID', 'id')],
  ['POST /notices/read', '/notices/read', { userId: 1, upTo: 1 }],
  ['POST /webhooks', '/webhooks', { name: 'Walked', url: 'http://127.0.0.1:9/' }],
  ['PATCH /webhooks/:id', ofWebhook(''), { name: 'Walked on' }],
  ['POST /webhooks/:id/secret', ofWebhook('/secret')],
  ['POST /webhooks/:id/pause', ofWebhook('/pause')],
  ['POST /webhooks/:id/resume', ofWebhook('/resume'), {}],
  ['POST /webhooks/:id/replay', ofWebhook('/replay')],
  ['DELETE /webhooks/:id', ofWebhook('')],
];

/** Writes that need mails, files, a receiver or rows of their own: the tests of their domains have these. */
const LEFT = [
  'POST /incidents/:number/split',
  'POST /incidents/:number/merge',
  'POST /incidents/:number/merges/:merged/undo',
  'DELETE /incidents/:number/shares/:id',
  'POST /messages/:id/filing',
  'POST /messages/:id/acceptance',
  'POST /messages/:id/putting-away',
  'POST /messages/:id/bringing-back',
  'POST /letters/:id/send',
  'POST /letters/:id/withdraw',
  'POST /observations',
  'POST /snds/imports',
  'POST /complaints',
  'POST /mail',
  'POST /mail/mbox',
  'PUT /providers/:key/facts',
  'DELETE /providers/:key/facts',
  'DELETE /providers/:key/notes/:id',
  'POST /reminders/answers',
  'POST /reminders/withdrawals',
  'POST /tags/:tag/merge',
  'PATCH /notices/:id',
  'POST /webhooks/:id/test',
  'POST /webhooks/:id/deliveries/:delivery/replay',
  'POST /imports',
];

/** Every valid write that is named here is taken, and answers as its route declares. */
export async function everyWriteAnswersAsDeclared(t: Test, { app, routes }: WalkedDesk): Promise<void> {
  const writes = routes.filter(({ method, url }) => method !== 'GET' && url.startsWith(API));
  const callOf = ({ method, url }: Walk) => `${method} ${url.slice(API.length)}`;
  const byCall = new Map(writes.map((route) => [callOf(route), route]));
  const all: Made = {};
  const wrong: string[] = [];
  for (const [call, path, body] of WRITES) {
    const route = byCall.get(call);
    if (!route) throw new Error(`there is no ${call}`);
    const payload = typeof body === 'function' ? body(all) : body;
    const answer = await app.inject({
      method: route.method,
      url: `${API}${typeof path === 'function' ? path(all) : path}`,
      headers: { authorization: `Bearer ${BOOTSTRAP}` },
      ...(payload ? { payload } : {}),
    });
    if (answer.body) all[call] = answer.json();
    const fault =
      answer.statusCode < 300
        ? wrongAnswer(route, {
            status: answer.statusCode,
            type: String(answer.headers['content-type'] ?? ''),
            body: answer.body,
          })
        : `${call}: ${answer.statusCode} ${answer.body}`;
    if (fault) wrong.push(fault);
  }
  t.strictSame(wrong, []);
  const left = [...byCall.keys()].filter((call) => !WRITES.some(([one]) => one === call));
  t.strictSame(left.sort(), LEFT.toSorted(), 'a new write is walked, or left to a test that is named here');
}
