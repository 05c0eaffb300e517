import type { Need } from './facts.ts';
import { LETTER_HELPERS } from './letter-helpers.ts';

/**
 * Reads a letter template's syntax tree before it is ever rendered, and says what is wrong with it: a
 * variable that nobody fills would otherwise show as a hole, and a misspelt one inside `if` would pass
 * unseen.
 */

/** `always`: never empty. `guarded`: may be empty, so it stands inside an `if` on itself. A need: named in the front matter. */
type Kind = 'always' | 'guarded' | 'condition' | Need;
const VARIABLES: Record<string, Kind> = {
  providerName: 'always',
  addresses: 'addresses',
  address: 'addresses',
  'refusal.text': 'refusal',
  'refusal.at': 'guarded',
  'refusal.codes': 'guarded',
  blockCode: 'guarded',
  recipientDomains: 'guarded',
  ticketReference: 'ticket-reference',
  hostname: 'guarded',
  lastLetter: 'condition',
  'lastLetter.at': 'guarded',
  lastReply: 'condition',
  'lastReply.at': 'guarded',
  'lastReply.quote': 'guarded',
  lifted: 'condition',
  temporary: 'condition',
  refusedSince: 'condition',
  incidentNumber: 'always',
  openedAt: 'always',
  firstAnswerAt: 'guarded',
  mitigatedAt: 'guarded',
  recoveredAt: 'guarded',
  isInvestigating: 'condition',
  isIdentified: 'condition',
  isMonitoring: 'condition',
  isResolved: 'condition',
  recipientCount: 'guarded',
  nextUpdate: 'always',
  traffic: 'condition',
  'traffic.accepted': 'guarded',
  'traffic.refused': 'guarded',
  'traffic.share': 'guarded',
  usual: 'condition',
  'usual.count': 'guarded',
  'usual.median': 'guarded',
  'usual.most': 'guarded',
  today: 'always',
  listName: 'guarded',
  'deadList.name': 'dead-list',
  'deadList.ended': 'guarded',
  startDate: 'start-date',
  movedFrom: 'moved-from',
  volumeDoubted: 'condition',
  account: 'account',
  abuseEvidence: 'abuse-evidence',
  lock: 'lock',
  sampleHeaders: 'sample-headers',
  decision: 'decision',
  prevention: 'prevention',
  firstRejectionAt: 'guarded',
  lastRejectionAt: 'guarded',
  rejectionCount: 'guarded',
  affected: 'guarded',
  soon: 'always',
  volume: 'guarded',
  'profile.name': 'name',
  'profile.website': 'website',
  'profile.contactName': 'contact-name',
  'profile.contactEmail': 'contact-email',
  'profile.contactPhone': 'guarded',
  'profile.postalAddress': 'guarded',
  'profile.sendingDomains': 'sending-domains',
  'profile.mailKinds': 'guarded',
  'profile.optIn': 'guarded',
};
/** Lists, which `{{#each …}}` goes through, and what each of their rows holds. Inside, nothing else is known. */
const ROWS: Record<string, Record<string, Kind>> = {
  requests: { at: 'always', reference: 'guarded', by: 'guarded', answeredAt: 'guarded', answer: 'guarded' },
  questions: { number: 'always', text: 'always', answer: 'answers' },
  volumeWeeks: { from: 'always', to: 'always', least: 'always', most: 'always' },
  plan: { week: 'always', daily: 'warm-up-plan' },
  addressRows: {
    address: 'always',
    hostname: 'guarded',
    use: 'guarded',
    isListed: 'condition',
    isClean: 'condition',
    perDay: 'guarded',
  },
  earlier: { number: 'always', at: 'always', liftedAt: 'guarded' },
};
const EVIDENCE: Record<string, string[]> = {
  claim: ['@words', '@date'],
  holding: ['@names', '@one', '@date'],
  pending: ['@names', '@one', '@date'],
};
/** What is there when something else is: a refusal whose time is known has a text. */
const IMPLIED: Record<string, string> = {
  'refusal.text': 'refusal.at',
  'traffic.accepted': 'traffic',
  'traffic.refused': 'traffic',
  'traffic.share': 'traffic',
  'usual.count': 'usual',
  'usual.median': 'usual',
  'usual.most': 'usual',
};
/** Present inside its block, and never empty. */
const NEVER_EMPTY = ['@words', '@names'];

type Node = { type: string; [member: string]: unknown };
type Scope = { guards: string[]; evidence: string[]; rows?: Record<string, Kind> };
export type Checked = { claims: string[]; problems: string[] };

const blocks: readonly string[] = LETTER_HELPERS.blocks;
const inline: readonly string[] = LETTER_HELPERS.inline;
const original = (node: unknown) => String((node as Node)['original'] ?? '');
const list = (value: unknown) => (Array.isArray(value) ? (value as Node[]) : []);

/** Checks a parsed template; `partials` holds the parsed partials by name. */
export function checkTemplate(program: unknown, needs: string[], partials: Map<string, unknown>): Checked {
  const claims = new Set<string>();
  const problems: string[] = [];

  function use(path: string, scope: Scope, asOutput: boolean): void {
    if (path.startsWith('@')) {
      if (!scope.evidence.includes(path)) problems.push(`${path} stands outside the block that sets it`);
      else if (asOutput && !NEVER_EMPTY.includes(path) && !scope.guards.includes(path))
        problems.push(`${path} may be empty; put it inside {{#if ${path}}}`);
      return;
    }
    const known = scope.rows ?? VARIABLES;
    // `constructor` and its like are inherited, and no variable.
    const kind = Object.hasOwn(known, path) ? known[path] : undefined;
    if (kind === undefined && !asOutput && !scope.rows && Object.hasOwn(ROWS, path)) return;
    if (kind === undefined) problems.push(`there is no variable ${path}`);
    else if (!asOutput || kind === 'always' || needs.includes(kind)) return;
    else if (kind === 'condition') problems.push(`${path} is for conditions only`);
    else if (
      scope.guards.some((guard) => path === guard || path === `${guard}.at` || IMPLIED[path] === guard)
    )
      return;
    else
      problems.push(
        kind === 'guarded'
          ? `${path} may be empty; put it inside {{#if ${path}}}`
          : `${path} is used, so needs must name ${kind}`,
      );
  }

  function claimUsed(node: Node | undefined): void {
    if (node?.type !== 'StringLiteral') problems.push('a claim is named by a text in quotes');
    else for (const key of String(node['value']).split(' ')) claims.add(key);
  }

  function condition(node: Node | undefined, scope: Scope): string[] {
    if (node?.type === 'SubExpression') {
      for (const param of list(node['params'])) use(original(param), scope, false);
      if (!inline.includes(original(node['path'])))
        problems.push(`there is no helper ${original(node['path'])}`);
      return [];
    }
    use(original(node), scope, false);
    return [original(node)];
  }

  function rowsOf(node: Node | undefined, scope: Scope): Record<string, Kind> {
    const path = original(node);
    if (scope.rows || !Object.hasOwn(ROWS, path)) problems.push(`{{#each ${path}}}: there is no such list`);
    return (Object.hasOwn(ROWS, path) && ROWS[path]) || {};
  }

  function block(node: Node, scope: Scope): void {
    const name = original(node['path']);
    const [first] = list(node['params']);
    if (!blocks.includes(name)) problems.push(`there is no block {{#${name}}}`);
    const guards = name === 'if' || name === 'unless' ? condition(first, scope) : [];
    if (name === 'claim' || name === 'holds' || name === 'any') claimUsed(first);
    if (name === 'holding' || name === 'pending')
      for (const pair of list((node['hash'] as Node | undefined)?.['pairs'])) claims.add(String(pair['key']));
    const rows = name === 'each' ? rowsOf(first, scope) : scope.rows;
    if (name !== 'if' && name !== 'unless' && name !== 'holds' && node['inverse'])
      problems.push(`{{#${name}}} has no {{else}}`);
    const evidence = [...scope.evidence, ...(EVIDENCE[name] ?? [])];
    const inside = {
      guards: [...(name === 'each' ? [] : scope.guards), ...guards],
      evidence,
      ...(rows ? { rows } : {}),
    };
    walk(node['program'], name === 'unless' ? scope : inside);
    walk(node['inverse'], name === 'unless' ? inside : scope);
  }

  function output(node: Node, scope: Scope): void {
    const params = list(node['params']);
    const name = original(node['path']);
    if (params.length === 0) use(name, scope, true);
    else if (inline.includes(name)) for (const param of params) use(original(param), scope, true);
    else problems.push(`there is no helper ${name}`);
  }

  function walk(part: unknown, scope: Scope): void {
    for (const node of list((part as Node | undefined)?.['body'])) {
      if (node.type === 'BlockStatement') block(node, scope);
      else if (node.type === 'MustacheStatement') output(node, scope);
      else if (node.type === 'PartialStatement') {
        const partial = partials.get(original(node['name']));
        if (partial) walk(partial, scope);
        else problems.push(`there is no partial ${original(node['name'])}`);
      } else if (node.type !== 'ContentStatement' && node.type !== 'CommentStatement')
        problems.push(`${node.type} is not used in letters`);
    }
  }

  walk(program, { guards: [], evidence: [] });
  return { claims: [...claims].sort(), problems };
}
