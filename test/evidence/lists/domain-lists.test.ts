import t from 'tap';
import { domainLists } from '../../../src/evidence/lists/domain-lists.ts';
import { catalogue, worldOf, zoneNamed } from './lists.fixture.ts';

const DOMAINS = { lists: ['domains' as const], removal: 'https://lists.example/?q={address}' };

t.test(
  'lists are asked for the registered domain, and those that know hosts for the whole name',
  async (t) => {
    const zones = [
      zoneNamed('hosts.example.org', { ...DOMAINS, names: 'hosts' }),
      zoneNamed('domains.example.org', DOMAINS),
    ];
    const asked = async (domain: string, listed: string) => {
      const is = (name: string) =>
        name === `${listed}.hosts.example.org` || name === `${listed}.domains.example.org`;
      const answer = (name: string) => (is(name) ? { records: ['127.0.0.2'] } : undefined);
      const world = await worldOf(t, zones, { 'hosts.example.org': answer, 'domains.example.org': answer });
      const found = await domainLists.look({ domain, selectors: [] }, world);
      return found.facts.map(({ outcome, words, link }) => [outcome, words.split(';')[0], link]);
    };
    t.strictSame(await asked('news.example.co.uk', 'example.co.uk'), [
      ['bad', 'example.co.uk: listed', 'https://lists.example/?q=example.co.uk'],
      ['good', 'not listed', 'https://lists.example/?q=news.example.co.uk'],
    ]);
    t.strictSame(
      (await asked('news.example.co.uk', 'news.example.co.uk')).map(([outcome]) => outcome).sort(),
      ['bad', 'good'],
      'only the one that knows hosts has it',
    );
    t.match(await asked('example.com', 'example.com'), [
      ['bad', 'listed'],
      ['bad', 'listed'],
    ]);
    // A customer's name at a hoster is a registration of its own (Public Suffix List, private part).
    t.match(
      (await asked('shop.github.io', 'shop.github.io')).map(([outcome]) => outcome),
      ['bad', 'bad'],
    );
  },
);

t.test('of the catalogue’s lists, Spamhaus DBL alone knows hosts', async (t) => {
  const zones = catalogue.providers.flatMap((provider) => provider.zones ?? []);
  t.strictSame(
    zones.filter(({ names }) => names === 'hosts').map(({ zone, lists }) => [zone, lists]),
    [['dbl.spamhaus.org', ['domains']]],
  );
});
