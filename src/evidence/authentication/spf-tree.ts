import type { Ask } from '../../dns/answer.ts';
import { dnsName } from '../domain-name.ts';

/** What an SPF record leads to (RFC 7208), whoever sends: for people who look for the faulty part. */
export type SpfNode = {
  domain: string;
  by: 'record' | 'include' | 'redirect';
  /** `macro`: which record it is depends on the message. `loop`: it leads back to itself. `limit`: not looked at. */
  state: 'record' | 'none' | 'several' | 'unknown' | 'bad-name' | 'macro' | 'loop' | 'limit';
  /** The record; why there is none where nobody answered. */
  text: string;
  terms: SpfTerm[];
  children: SpfNode[];
};

export type SpfTerm = { qualifier: string; name: string; value: string };

/** A record needs at most ten look-ups to be valid; this is far beyond. */
const MAX_NODES = 40;
const MAX_TERMS = 500;
const LOOK_UPS = new Set(['a', 'mx', 'ptr', 'exists', 'include', 'redirect']);

/** Records of a TXT answer that are SPF (RFC 7208 § 4.5). */
export const spfRecords = (records: string[]) => records.filter((record) => /^v=spf1(?: |$)/i.test(record));

/** `?include:_spf.example.net` → its parts. Modifiers (`redirect=`) have no qualifier. */
export function termsOf(record: string): SpfTerm[] {
  return record
    .split(/ +/)
    .slice(1, MAX_TERMS)
    .filter(Boolean)
    .map((text) => {
      const qualifier = /^[+?~-]/.test(text) ? text.charAt(0) : '';
      const rest = text.slice(qualifier.length);
      const end = rest.search(/[:=/]/);
      const name = end < 0 ? rest : rest.slice(0, end);
      const value = end < 0 ? '' : rest.slice(rest[end] === '/' ? end : end + 1);
      return { qualifier, name: name.toLowerCase(), value };
    });
}

export async function spfTree(domain: string, ask: Ask): Promise<SpfNode> {
  let nodes = 0;
  const walk = async (target: string, by: SpfNode['by'], path: string[]): Promise<SpfNode> => {
    nodes += 1;
    const empty = { domain: target, by, text: '', terms: [], children: [] };
    if (target.includes('%')) return { ...empty, state: 'macro' };
    const name = dnsName(target);
    if (name === null) return { ...empty, state: 'bad-name' };
    if (path.includes(name)) return { ...empty, state: 'loop' };
    if (nodes > MAX_NODES) return { ...empty, state: 'limit' };
    const own = await recordOf(name, ask);
    const terms = own.state === 'record' ? termsOf(own.text) : [];
    const children: SpfNode[] = [];
    for (const [next, how] of nextOf(terms)) {
      children.push(await walk(next, how, [...path, name]));
      if (nodes > MAX_NODES) break;
    }
    return { domain: name, by, ...own, terms, children };
  };
  return walk(domain, 'record', []);
}

async function recordOf(name: string, ask: Ask): Promise<Pick<SpfNode, 'state' | 'text'>> {
  const answer = await ask(name, 'TXT');
  if (answer.status === 'failed') return { state: 'unknown', text: answer.why };
  const records = answer.status === 'found' ? spfRecords(answer.records) : [];
  if (records.length > 1) return { state: 'several', text: records.join(' | ') };
  return { state: records.length === 1 ? 'record' : 'none', text: records[0] ?? '' };
}

/** `redirect` holds only where no `all` stands (RFC 7208 § 6.1). */
function nextOf(terms: SpfTerm[]): [string, 'include' | 'redirect'][] {
  const includes = terms.filter(({ name }) => name === 'include');
  const redirect = terms.find(({ name }) => name === 'redirect');
  const all = terms.some(({ name }) => name === 'all');
  return [
    ...includes.map(({ value }): [string, 'include'] => [value, 'include']),
    ...(redirect && !all ? [[redirect.value, 'redirect'] as [string, 'redirect']] : []),
  ];
}

/** Look-ups that the whole record takes where nothing matches early (RFC 7208 § 4.6.4). */
export function lookUps({ terms, children }: SpfNode): number {
  const all = terms.some(({ name }) => name === 'all');
  const own = terms.filter(({ name }) => LOOK_UPS.has(name) && !(all && name === 'redirect')).length;
  return children.reduce((sum, child) => sum + lookUps(child), own);
}

/** Every node below, with how deep it stands and the way to it. */
export function below(node: SpfNode, path: string[] = []): { node: SpfNode; path: string[] }[] {
  return node.children.flatMap((child) => {
    const way = [...path, child.domain];
    return [{ node: child, path: way }, ...below(child, way)];
  });
}

/** What the record says of all other addresses: the term `all`, where it redirects to the one there. */
export function allOf(node: SpfNode): string | null {
  const all = node.terms.find(({ name }) => name === 'all');
  if (all) return `${all.qualifier || '+'}all`;
  const redirect = node.children.find(({ by }) => by === 'redirect');
  return redirect ? allOf(redirect) : null;
}
