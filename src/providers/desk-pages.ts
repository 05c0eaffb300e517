import { builtOnce } from './built-once.ts';
import type { Catalogue } from './catalogue.ts';
import { providerForDomain, providerForHost } from './playbook.ts';

/** Where mailbox providers are asked, by the host of the page; pages that several send people to name none of them. */
const askedAt = builtOnce(({ providers }: Catalogue): Map<string, string> => {
  const owners = new Map<string, Set<string>>();
  for (const { key, routes } of providers)
    for (const { url } of routes) {
      if (url === undefined) continue;
      const { hostname } = new URL(url);
      owners.set(hostname, (owners.get(hostname) ?? new Set()).add(key));
    }
  const mailboxes = new Set(providers.filter((one) => one.kind === 'mailbox-provider').map(({ key }) => key));
  const sole = [...owners].flatMap(([host, [key, other]]) =>
    key !== undefined && other === undefined && mailboxes.has(key) ? [[host, key] as const] : [],
  );
  return new Map(sole);
});

/** What hosts of such pages are called: `postmaster.example.net`. */
const DESK_HOST = /^(?:postmaster|unblock|delist|removal|black-?list|block-?list|rbl)\.(?=[^.]+\.)/i;

/** The mailbox provider whose desk has its pages at this host. */
export function deskAt(catalogue: Catalogue, host: string): string | undefined {
  const name = host.toLowerCase();
  const known = askedAt(catalogue).get(name);
  if (known !== undefined || !DESK_HOST.test(name)) return known;
  const domain = name.replace(DESK_HOST, '');
  return (providerForDomain(catalogue, domain) ?? providerForHost(catalogue, domain))?.key;
}
