import t from 'tap';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import {
  addProviderHours,
  addressOf,
  followUpDue,
  providerForDomain,
  providerForHost,
  routeFor,
} from '../../src/providers/playbook.ts';
import type { Provider, Route } from '../../src/providers/schema.ts';

const catalogue = readCatalogue();
const getProvider = (key: string): Provider => {
  const provider = catalogue.byKey.get(key);
  if (!provider) throw new Error(`no provider ${key}`);
  return provider;
};
const sample = getProvider('outlook-com');

/** A catalogue of bare providers: key, domains, hosts. */
function catalogueOf(...entries: [key: string, domains: string[], hosts: string[]][]) {
  const providers = entries.map(([key, domains, hosts]): Provider => ({ ...sample, key, domains, hosts }));
  return { providers, byKey: new Map(providers.map((provider) => [provider.key, provider])) };
}

t.test('a recipient domain leads to its provider', async (t) => {
  const wanted: [domain: string, key: string | undefined][] = [
    ['hotmail.co.uk', 'outlook-com'],
    ['Live.FR', 'outlook-com'],
    ['msn.com.', 'outlook-com'],
    ['contoso.onmicrosoft.com', 'microsoft-365'],
    ['googlemail.com', 'gmail'],
    ['sbcglobal.net', 'yahoo'],
    ['yahoo.com.br', 'yahoo'],
    ['yahoo.co.jp', 'yahoo-japan'],
    ['gmx.at', 'gmx'],
    ['web.de', 'gmx'],
    ['wanadoo.fr', 'orange-fr'],
    ['bk.ru', 'mail-ru'],
    ['live.example.com', undefined],
    ['notgmail.com', undefined],
    ['', undefined],
  ];
  for (const [domain, key] of wanted)
    t.equal(providerForDomain(catalogue, domain)?.key, key, domain || '(empty)');
});

t.test('a host leads to its provider', async (t) => {
  const wanted: [host: string, key: string | undefined][] = [
    ['outlook-com.olc.protection.outlook.com', 'outlook-com'],
    ['mx2.hotmail.com', 'outlook-com'],
    ['example-org.mail.protection.outlook.com', 'microsoft-365'],
    ['example-org.p-v1.mx.microsoft', 'microsoft-365'],
    ['alt1.gmail-smtp-in.l.google.com.', 'gmail'],
    ['mx-att.mail.am0.yahoodns.net', 'yahoo'],
    ['mx01.mail.icloud.com', 'icloud'],
    ['MX00.T-ONLINE.DE', 't-online'],
    ['mx01.emig.gmx.net', 'gmx'],
    ['mxa-00000001.gslb.pphosted.com', 'proofpoint'],
    ['eu-smtp-inbound-1.mimecast.com', 'mimecast'],
    ['mx1.example.iphmx.com', 'talos'],
    ['d1.ess.barracudanetworks.com', 'barracuda'],
    ['pphosted.com', undefined],
    ['mail.protection.outlook.com.example.com', undefined],
  ];
  for (const [host, key] of wanted) t.equal(providerForHost(catalogue, host)?.key, key, host);
});

t.test('the most exact name wins, and no name is too odd to ask', async (t) => {
  const small = catalogueOf(
    ['wide', ['*.example.net'], ['*.example.net']],
    ['deep', ['*.mail.example.net'], []],
    ['exact', ['mx.mail.example.net'], []],
  );
  t.equal(providerForDomain(small, 'a.example.net')?.key, 'wide');
  t.equal(providerForDomain(small, 'a.mail.example.net')?.key, 'deep');
  t.equal(providerForDomain(small, 'mx.mail.example.net')?.key, 'exact');
  t.equal(providerForDomain(small, 'example.net'), undefined, 'a star needs something in its place');
  t.equal(providerForHost(small, 'mx.mail.example.net')?.key, 'wide', 'hosts and domains are kept apart');
  t.equal(
    providerForDomain(catalogue, `x.hotmail.${'a.'.repeat(10)}example`),
    undefined,
    'a name of many labels does not start in its middle',
  );
  t.equal(
    providerForHost(catalogue, `${'a.'.repeat(40)}mail.protection.outlook.com`)?.key,
    'microsoft-365',
    'its end still counts',
  );
  t.equal(
    providerForDomain(small, `${'.'.repeat(200_000)}x`),
    undefined,
    'length is checked before anything else',
  );
});

t.test('the route fits the rule, else it is the usual one', async (t) => {
  const microsoft = getProvider('microsoft-365');
  t.equal(routeFor(microsoft, null)?.key, 'delist-portal');
  t.equal(routeFor(microsoft, 'banned-sender-ip')?.key, 'delist-mailbox');
  t.equal(routeFor(microsoft, 'no-such-rule')?.key, 'delist-portal');
  t.equal(routeFor(microsoft, 'block-list-filter-agent')?.key, 'outlook-com-desk');
  t.equal(routeFor(getProvider('outlook-com'), 'block-list')?.key, 'support-form');
  t.equal(routeFor(getProvider('outlook-com'), 'spamhaus-front-end')?.kind, 'none');
  t.equal(routeFor(getProvider('spamhaus'), 'sbl')?.kind, 'network-owner');
  t.equal(routeFor(getProvider('spamcop'), null)?.kind, 'none');
  const route: Route = {
    key: 'one',
    kind: 'none',
    name: 'one',
    rules: ['a'],
    fields: [],
    notes: [],
    source: 's',
    verified: true,
  };
  t.equal(routeFor({ ...sample, routes: [route] }, 'b'), undefined, 'a route for another rule does not fit');
});

t.test('hours count as the provider works', async (t) => {
  const friday = new Date('2026-03-06T12:00:00Z');
  const add = (hours: number, workingDays: boolean): string =>
    addProviderHours(friday, hours, workingDays).toISOString();
  t.equal(add(48, false), '2026-03-08T12:00:00.000Z');
  t.equal(add(12, true), '2026-03-07T00:00:00.000Z', 'Friday reaches to its end');
  t.equal(add(13, true), '2026-03-09T01:00:00.000Z', 'the next hour is on Monday');
  t.equal(add(24, true), '2026-03-09T12:00:00.000Z');
  t.equal(add(120, true), '2026-03-13T12:00:00.000Z', 'five working days are a week');
  const saturday = new Date('2026-03-07T09:00:00Z');
  t.equal(
    addProviderHours(saturday, 24, true).toISOString(),
    '2026-03-10T00:00:00.000Z',
    'a week-end does not count',
  );
  t.ok(Number.isNaN(addProviderHours(new Date('no date'), 24, true).getTime()), 'an invalid date stays one');
});

t.test('a follow-up is due after the usual silence, or never', async (t) => {
  const sentAt = new Date('2026-03-05T10:00:00Z');
  t.strictSame(followUpDue(getProvider('outlook-com'), sentAt), new Date('2026-03-07T10:00:00Z'));
  t.strictSame(followUpDue(getProvider('t-online'), sentAt), new Date('2026-03-10T10:00:00Z'));
  t.equal(followUpDue(getProvider('gmail'), sentAt), null);
  t.equal(followUpDue(getProvider('spamcop'), sentAt), null);
});

t.test('a letter goes to the address of the desk that the refusal names', async (t) => {
  const route = routeFor(getProvider('t-online'), null);
  if (!route) throw new Error('no route');
  const to = (refusal: string) => addressOf(route, refusal);
  t.equal(
    to(
      '554 IP=192.0.2.10 - A problem occurred. (Ask your postmaster or tosa@rx.t-online.de to clarify.) (BL)',
    ),
    'tosa@rx.t-online.de',
  );
  t.equal(to('write to ToBR@RX.T-Online.de for reset'), 'ToBR@RX.T-Online.de');
  t.equal(to('554 IP=192.0.2.10 - no address here'), 'postmaster@rx.t-online.de');
  t.equal(to('mail x@evil.example or tosa@rx.t-online.de.evil.example'), 'postmaster@rx.t-online.de');
  const other = { ...route };
  delete other.addressesAt;
  t.equal(
    addressOf(other, 'tosa@rx.t-online.de'),
    'postmaster@rx.t-online.de',
    'only where the data says so',
  );
});
