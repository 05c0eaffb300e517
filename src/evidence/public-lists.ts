import type { AddressKind } from './kind.ts';
import { lookAtLists } from './list-look.ts';
import { familyOf } from './list-names.ts';
import { factsOf, listsOutcome, listsSummary, noListing } from './list-sums.ts';

/** What the public block lists of the catalogue say about an address. */
export const publicLists: AddressKind = {
  key: 'public-lists',
  title: 'Public block lists',
  of: 'address',
  look: async ({ address }, world) => {
    const { rows, raw } = await lookAtLists(address, familyOf(address), world);
    return {
      outcome: listsOutcome(rows),
      summary: listsSummary(rows),
      facts: factsOf(rows),
      claims: [noListing(rows)],
      raw,
    };
  },
};
