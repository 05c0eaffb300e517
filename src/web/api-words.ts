import type { RouteOptions } from 'fastify';
import type { Scope } from '../database/tables.ts';
import { ROLE_OF_SCOPE } from './access.ts';
import inputData from './input-words.json' with { type: 'json' };
import { MAX_BODY_BYTES } from './limits.ts';
import { PROBLEMS } from './problems.ts';

/** What the description of the API says besides the routes' own words. */

const MB = 1024 * 1024;

const problemRows = Object.entries(PROBLEMS)
  .map(([name, { status, title, todo }]) => `| \`${name}\` | ${status} | ${title} | ${todo} |`)
  .join('\n');

export const ABOUT_API = `JSON, in UTF-8. Times are RFC 3339 in UTC (\`2026-03-11T06:03:00.000Z\`), days \`2026-03-11\`; a time that you send names its zone.

**Token.** Every request has \`Authorization: Bearer …\`. An administrator makes tokens under Settings → API tokens, or with
\`npm run -s desk -- token create\`. A token has a scope: \`read\` looks, \`write\` also logs and records, \`admin\` may do
everything. It can be limited to parts as well, such as \`incidents:write\`. Each call says which scope it needs at least, and
which part; the problem \`not-allowed\` names in \`missingScope\` the part that a token lacks.

**Lists.** \`limit\` is 1 to 200; where it is left out, each call names what holds. \`next\` in the answer goes into \`?cursor=\` for the page after it,
with the same filters; it is null at the end, where a call says nothing else. A cursor belongs to its list and is not to be taken apart.

**Idempotency-Key.** A POST with this header (1 to 200 printable ASCII characters without blanks, a new one for each thing to
do) is done once: repeated within two days, it answers as it did, and does nothing. What failed left its key free. The same
key with other content is \`key-reused\`.

**Size.** A body has up to ${MAX_BODY_BYTES / MB} MB where a call says nothing else; more is \`too-large\`.

**Errors.** Every answer from status 400 on is \`application/problem+json\` (RFC 9457). \`type\` ends with a name of this list,
\`detail\` says it of this request, \`fields\` names inputs that are wrong. Where \`Retry-After\` is set, the same request may be
sent again by itself after so many seconds.

| name | status | what it means | what to do |
| ---- | ------ | ------------- | ---------- |
${problemRows}

Calls and fields are added without notice; ignore what you do not know. What is taken away or changed is in the changelog.`;

/** What a token has to have for a route: for people, and in \`security\`. */
export function neededFor({ config }: RouteOptions): string[] {
  const { access, scope } = config ?? {};
  const least = (Object.keys(ROLE_OF_SCOPE) as Scope[]).find((one) => ROLE_OF_SCOPE[one] === access);
  return [least, scope === 'any' ? undefined : scope].filter((one) => one !== undefined);
}

export function wordsFor(route: RouteOptions): string {
  const [least, part] = neededFor(route);
  const needs = `Needs the scope ${least}${part ? `; of a limited token, ${part}` : ''}.`;
  const { bodyLimit } = route;
  const size =
    bodyLimit && bodyLimit !== MAX_BODY_BYTES ? `Takes up to ${Math.floor(bodyLimit / MB)} MB.` : '';
  const own = (route.schema as { description?: string } | undefined)?.description ?? '';
  return [own, needs, size].filter(Boolean).join(' ');
}

export const ANSWERED: Record<string, string> = {
  '200': 'Done; the answer',
  '201': 'Made; what it is',
  '202': 'Taken; it is worked on in the background',
  '204': 'Done; there is nothing to say',
};

/** Types of files that are answered, by the end of their path. */
export const FILE_TYPES: [end: RegExp, types: string[]][] = [
  [/\.pdf$/, ['application/pdf']],
  [/\.zip$/, ['application/zip']],
  [/\.csv$/, ['text/csv']],
  [/audit\.jsonl$/, ['application/x-ndjson']],
  [/\/export$/, ['application/x-ndjson', 'application/zip']],
  [/\/evidence-files\/:id$/, ['image/png', 'image/jpeg', 'image/webp', 'image/gif']],
];

const INPUTS = inputData as Record<string, Record<string, string>>;
/** What an input of a call means, by `POST /incidents` and its name; undefined: nothing is known of it. */
export const inputWords = (call: string, name: string): string | undefined =>
  INPUTS[call.replace(/^GET \/reports\/[a-z-]+$/, 'GET /reports/{report}')]?.[name] ?? INPUTS['*']?.[name];
