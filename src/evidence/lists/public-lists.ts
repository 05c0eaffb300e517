import type { AddressKind } from '../kind.ts';
import { lookAtLists } from './look.ts';
import { familyOf } from './question.ts';
import { sumUp } from './sums.ts';

/** What the public block lists of the catalogue say about an address. */
export const publicLists: AddressKind = {
  key: 'public-lists',
  title: 'Public block lists',
  of: 'address',
  look: async ({ address }, world) => {
    const { rows, raw } = await lookAtLists(address, familyOf(address), world);
    const { claim, ...found } = sumUp(rows);
    return { ...found, claims: [claim], raw };
  },
};
