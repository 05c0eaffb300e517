import { Problem } from '../problem.ts';

/** Pure: what an API token can be limited to. Each API route declares one of these. */

const SCOPE_DOMAINS = {
  incidents: 'incidents with their timeline, tickets, steps and dossier',
  letters: 'letters: drafts, sending, what became of them',
  messages: 'messages with providers',
  evidence: 'evidence, checks and readings',
  observations: 'deliveries counted in logs: all that the log agent needs',
  mail: 'mail that comes in, and what is not filed',
  addresses: 'our addresses',
  providers: 'providers and their playbooks',
  templates: 'templates of letters, and comparisons of wordings',
  profile: 'the profile and programmes',
  reports: 'reports and timelines as tables',
  feeds: 'SNDS and complaints',
  reminders: 'reminders',
  search: 'search and saved views',
  tags: 'tags',
  shares: 'share links',
  webhooks: 'webhooks',
  settings: 'sending accounts, mailboxes, fields',
  data: 'export and import of everything',
  audit: 'the audit log',
  health: 'how the server stands, and its metrics',
} as const;
type ScopeDomain = keyof typeof SCOPE_DOMAINS;

/** `any`: the description of the API, which every token may read. */
export type ApiScope = `${ScopeDomain}:${'read' | 'write'}` | 'any';

/** All that could be declared; which of them routes do declare is read off the routes. */
export const ALL_SCOPES = (Object.keys(SCOPE_DOMAINS) as ScopeDomain[]).flatMap(
  (domain) => [`${domain}:read`, `${domain}:write`] as const,
);

type Declared = { url: string; scope?: ApiScope };

/** The scopes that routes declare, in the order of their domains. */
export const scopesOf = (routes: readonly Declared[]): ApiScope[] => {
  const used = new Set(routes.flatMap(({ scope }) => (scope && scope !== 'any' ? [scope] : [])));
  const domains = Object.keys(SCOPE_DOMAINS);
  const place = (scope: ApiScope) => domains.indexOf(scope.split(':')[0] ?? '');
  return [...used].sort((one, other) => place(one) - place(other) || one.localeCompare(other));
};

/** Whether a token with these scopes may use a route; null: it is limited to nothing. */
export const reachesScope = (scopes: readonly string[] | null, scope: ApiScope | undefined): boolean =>
  scopes === null || scope === 'any' || (scope !== undefined && scopes.includes(scope));

/** Scopes as they were asked for, each once and in order. Throws `invalid` with those that there are not. */
export function checkScopes(asked: readonly string[], known: readonly ApiScope[]): ApiScope[] {
  const wrong = asked.filter((one) => !known.includes(one as ApiScope));
  if (wrong.length > 0) {
    const words = `There is no scope ${wrong[0]?.slice(0, 60)}. Scopes are: ${known.join(', ')}.`;
    throw new Problem('invalid', words, { fields: { only: words } });
  }
  return known.filter((one) => asked.includes(one));
}

/** Domains with the scopes that there are of each, for a form. */
export const domainChoices = (known: readonly ApiScope[], chosen: readonly string[]) =>
  Object.entries(SCOPE_DOMAINS).map(([domain, about]) => ({
    domain,
    about,
    scopes: known
      .filter((scope) => scope.startsWith(`${domain}:`))
      .map((scope) => ({
        scope,
        does: scope.endsWith(':read') ? 'read' : 'write',
        isChosen: chosen.includes(scope),
      })),
  }));
