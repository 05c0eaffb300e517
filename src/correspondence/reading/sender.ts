import type { Catalogue } from '../../providers/catalogue.ts';
import type { Provider } from '../../providers/schema.ts';
import { trimSigns } from './reply-text.ts';

/** The provider whose desk writes from the address (`Name <a@b>` or `a@b`), by the longest sender domain that fits. */
export function providerOfSender(address: string, catalogue: Catalogue): Provider | undefined {
  const bracketed = address.slice(-400).split('<').at(-1) ?? '';
  const domain = /^[^\s@]{1,64}@([a-z0-9.-]{1,253})$/i
    .exec(trimSigns(bracketed, ' \t\r\n>.'))?.[1]
    ?.toLowerCase();
  if (domain === undefined) return undefined;
  const fits = catalogue.providers.flatMap((provider) =>
    provider.senders
      .filter((sender) => domain === sender || domain.endsWith(`.${sender}`))
      .map((sender) => ({ provider, sender })),
  );
  return fits.sort((a, b) => b.sender.length - a.sender.length)[0]?.provider;
}
