import { readData } from '../data-file.ts';
import { closed, Type } from '../json-schema.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { providerMeant } from '../providers/choice.ts';
import { providerForDomain } from '../providers/playbook.ts';
import type { Complaint } from './complaint.ts';

/** Addresses and domains that feedback loops report from, where they are not the provider's own. */
const REPORTERS = readData(
  Type.Array(Type.Object({ from: Type.String(), provider: Type.String() }, closed)),
  new URL('./reporters.json', import.meta.url),
);

const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1);

/** Whose users complained, as the report says: by who reports, the name that it gives, and where the recipient is. */
export function providerOf(complaint: Complaint, catalogue: Catalogue): string | null {
  const { from, sourceName, reporter } = complaint;
  const known = REPORTERS.find((one) => one.from === from || one.from === domainOf(from));
  if (known) return known.provider;
  const meant =
    (sourceName ? providerMeant(sourceName, catalogue) : undefined) ??
    (reporter ? providerForDomain(catalogue, domainOf(reporter)) : undefined) ??
    (from ? providerForDomain(catalogue, domainOf(from)) : undefined);
  return meant?.key ?? null;
}
