import { domainToASCII } from 'node:url';
import type { DomainKind } from '../kind.ts';
import { lookAtLists } from './look.ts';
import { domainFor } from './question.ts';
import type { Row } from './row.ts';
import { sumUp } from './sums.ts';

/** A list that was asked for the registered domain says so, where that is another name. */
function told(row: Row, domain: string): Row {
  const asked = domainFor(row.zone, domain);
  return asked === domain ? row : { ...row, fact: { ...row.fact, words: `${asked}: ${row.fact.words}` } };
}

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
    const { claim: _, ...found } = sumUp(rows.map((row) => told(row, name)));
    return { ...found, claims: [], raw };
  },
};
