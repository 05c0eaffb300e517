import type { Catalogue } from '../providers/catalogue.ts';
import type { Provider } from '../providers/schema.ts';

const ADDRESS = /<?([^\s<>@]{1,64}@[a-z0-9.-]{1,253})>?\s*$/i;

/** The provider whose desk writes from the address (`Name <a@b>` or `a@b`), by the longest sender domain that fits. */
export function providerOfSender(address: string, catalogue: Catalogue): Provider | undefined {
  const found = ADDRESS.exec(address.slice(-400).trim());
  const domain = found?.[1]?.split('@')[1]?.toLowerCase().replace(/\.$/, '');
  if (domain === undefined) return undefined;
  const fits = catalogue.providers.flatMap((provider) =>
    provider.senders
      .filter((sender) => domain === sender || domain.endsWith(`.${sender}`))
      .map((sender) => ({ provider, sender })),
  );
  return fits.sort((a, b) => b.sender.length - a.sender.length)[0]?.provider;
}
