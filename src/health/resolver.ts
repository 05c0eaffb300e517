import type { Config } from '../config.ts';
import type { ResolverFacts } from './judge.ts';

const PATIENCE_MS = 1500;
const KEPT_MS = 20_000;

/** What every resolver knows, so that asking costs nobody anything. */
const NAME = 'org';

async function ask(servers: string[]): Promise<ResolverFacts> {
  const { openDns } = await import('../dns/open.ts');
  const started = performance.now();
  const answer = await openDns({ servers, patience: PATIENCE_MS }).ask(NAME, 'NS');
  const ms = performance.now() - started;
  // That there is no such name is an answer as well: somebody is there.
  return { failure: answer.status === 'failed' ? answer.why : '', ms };
}

/** Asks the resolver, at most once in a while however often the page is opened. */
export function openResolverLook(config: Pick<Config, 'demo' | 'dnsServers'>): () => Promise<ResolverFacts> {
  let last: { at: number; facts: Promise<ResolverFacts> } | undefined;
  return () => {
    if (config.demo) return Promise.resolve(null);
    if (!last || performance.now() - last.at > KEPT_MS)
      last = { at: performance.now(), facts: ask(config.dnsServers) };
    return last.facts;
  };
}
