import { domainToASCII } from 'node:url';
import type { DomainKind } from './kind.ts';
import { lookAtLists } from './list-look.ts';
import { sumUp } from './list-sums.ts';

/** What the block lists of domains say about one that we send as. */
export const domainLists: DomainKind = {
  key: 'domain-lists',
  title: 'Block lists of domains',
  of: 'domain',
  look: async ({ domain }, world) => {
    const name = domainToASCII(domain.trim().replace(/\.$/, ''));
    if (name === '')
      return { outcome: 'unknown', summary: `${domain} is no domain`, facts: [], claims: [], raw: {} };
    const { rows, raw } = await lookAtLists(name, 'domains', world);
    const { claim: _, ...found } = sumUp(rows);
    return { ...found, claims: [], raw };
  },
};
