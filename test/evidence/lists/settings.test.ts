import t from 'tap';
import { keyedZones, zoneSettings } from '../../../src/evidence/lists/settings.ts';
import { catalogueOf, zoneNamed } from './lists.fixture.ts';

const catalogue = catalogueOf([
  zoneNamed('zen.dq.example.org', { use: { access: 'key', verified: true } }),
  zoneNamed('dbl.dq.example.org', { use: { access: 'key', verified: true, queriesPerDay: 1000 } }),
  zoneNamed('zen.example.org'),
]);

t.test('one key and one server serve a family of zones; what stands nearer to the zone wins', async (t) => {
  const settings = zoneSettings(catalogue, {
    dnsblServers: { 'example.org': ['192.0.2.53'], 'dbl.dq.example.org': ['192.0.2.54:5353'] },
    dnsblKeys: { 'dq.example.org': 'family', 'dbl.dq.example.org': 'own', 'example.net': 'other' },
  });
  t.strictSame(settings, [
    { zone: 'zen.dq.example.org', servers: ['192.0.2.53'], key: 'family', queriesPerDay: undefined },
    { zone: 'dbl.dq.example.org', servers: ['192.0.2.54:5353'], key: 'own', queriesPerDay: 1000 },
    { zone: 'zen.example.org', servers: ['192.0.2.53'], key: undefined, queriesPerDay: undefined },
  ]);
  t.strictSame([...keyedZones(settings)], ['zen.dq.example.org', 'dbl.dq.example.org']);
});

t.test('a family’s key goes to no zone that wants none', async (t) => {
  const settings = zoneSettings(catalogue, { dnsblServers: {}, dnsblKeys: { 'example.org': 'family' } });
  t.strictSame([...keyedZones(settings)], ['zen.dq.example.org', 'dbl.dq.example.org']);
  t.strictSame(
    [...keyedZones(zoneSettings(catalogue, { dnsblServers: {}, dnsblKeys: { 'zen.example.org': 'own' } }))],
    ['zen.example.org'],
    'but one that is given for the zone itself does',
  );
});
