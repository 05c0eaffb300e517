import type { Scope } from '../database/tables.ts';
import { Problem } from '../problem.ts';

/** Pure: what an API token can be limited to. Each API route declares one of these. */

/** Reads and writes of a domain, each with the least scope of a token that can do any of them; left out: there are none. */
type Domain = { about: string; read?: Scope; write?: Scope };

const SCOPE_DOMAINS = {
  incidents: {
    about: 'incidents with their timeline, tickets, steps and dossier',
    read: 'read',
    write: 'read',
  },
  letters: { about: 'letters: drafts, sending, what became of them', read: 'read', write: 'write' },
  messages: { about: 'messages with providers', read: 'read', write: 'write' },
  evidence: { about: 'evidence, checks and readings', read: 'read', write: 'write' },
  observations: { about: 'deliveries counted in logs: all that the log agent needs', write: 'write' },
  mail: { about: 'mail that comes in, and what is not filed', read: 'read', write: 'write' },
  addresses: { about: 'our addresses', read: 'read' },
  providers: { about: 'providers and their playbooks', read: 'read', write: 'write' },
  templates: { about: 'templates of letters, and comparisons of wordings', read: 'read', write: 'admin' },
  profile: { about: 'the profile and programmes', read: 'read', write: 'write' },
  reports: {
    about: 'reports and timelines as tables, and reports by mail',
    read: 'read',
    write: 'write',
  },
  feeds: { about: 'SNDS and complaints', read: 'read', write: 'write' },
  reminders: { about: 'reminders', read: 'read', write: 'write' },
  notices: { about: 'what people were told', read: 'admin', write: 'admin' },
  search: { about: 'search and saved views', read: 'read', write: 'write' },
  tags: { about: 'tags', read: 'read', write: 'write' },
  shares: { about: 'share links', read: 'write', write: 'write' },
  webhooks: { about: 'webhooks', read: 'read', write: 'admin' },
  settings: { about: 'sending accounts, mailboxes, fields', read: 'read', write: 'admin' },
  data: { about: 'export and import of everything', read: 'read', write: 'admin' },
  audit: { about: 'the audit log', read: 'admin' },
  health: { about: 'how the server stands, and its metrics', read: 'admin' },
} as const satisfies Record<string, Domain>;
type ScopeDomain = keyof typeof SCOPE_DOMAINS;

/** `any`: the description of the API, which every token may read. */
export type ApiScope = `${ScopeDomain}:${'read' | 'write'}` | 'any';

/** All that there are, in the order of their domains, each with the least scope of a token that can use it. */
export const SCOPES = Object.entries<Domain>(SCOPE_DOMAINS).flatMap(([domain, { read, write }]) => [
  ...(read ? [{ scope: `${domain}:read` as ApiScope, least: read }] : []),
  ...(write ? [{ scope: `${domain}:write` as ApiScope, least: write }] : []),
]);

const ORDER: Scope[] = ['read', 'write', 'admin'];
const covers = (held: Scope, least: Scope) => ORDER.indexOf(held) >= ORDER.indexOf(least);

/** Whether a token with these scopes may use a route; null: it is limited to nothing. */
export const reachesScope = (scopes: readonly string[] | null, scope: ApiScope | undefined): boolean =>
  scopes === null || scope === 'any' || (scope !== undefined && scopes.includes(scope));

const refused = (words: string) => new Problem('invalid', words, { fields: { only: words } });

/**
 * What a token is limited to, each once and in order. Throws `invalid` with those that there are not, and those that its
 * own scope cannot use.
 */
export function checkScopes(asked: readonly string[], held: Scope): ApiScope[] {
  const unknown = asked.find((one) => !SCOPES.some(({ scope }) => scope === one));
  if (unknown !== undefined)
    throw refused(
      `There is no scope ${unknown.slice(0, 60)}. Scopes are: ${SCOPES.map(({ scope }) => scope).join(', ')}.`,
    );
  const chosen = SCOPES.filter(({ scope }) => asked.includes(scope));
  const beyond = chosen.find(({ least }) => !covers(held, least));
  if (beyond)
    throw refused(
      `A token of the scope ${held} cannot use ${beyond.scope}: that takes ${beyond.least}. Choose that scope, or leave this out.`,
    );
  return chosen.map(({ scope }) => scope);
}

/** Domains with the scopes that there are of each, for a form; chosen are those that a token of that scope can use. */
export const domainChoices = (chosen: readonly string[], held: Scope) =>
  Object.entries(SCOPE_DOMAINS).map(([domain, { about }]) => ({
    domain,
    about,
    scopes: SCOPES.filter(({ scope }) => scope.startsWith(`${domain}:`)).map(({ scope, least }) => ({
      scope,
      least,
      does: scope.endsWith(':read') ? 'read' : 'write',
      isChosen: chosen.includes(scope) && covers(held, least),
    })),
  }));
