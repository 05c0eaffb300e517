import t from 'tap';
import {
  type ChangedFact,
  effectiveProviders,
  standingOf,
  withFacts,
} from '../../src/playbooks/effective.ts';
import { isFactPath, sameFact, valueAt, withValue } from '../../src/playbooks/paths.ts';
import { CATALOGUE } from '../desk.ts';
import { providerOf } from './playbooks.fixture.ts';

const outlook = providerOf('outlook-com');
const fact = (path: string, value: unknown, builtIn: unknown = null): ChangedFact => ({
  provider: 'outlook-com',
  path,
  value,
  builtIn,
  version: 1,
  setAt: new Date('2026-03-10T09:00:00Z'),
  setBy: 'Mara Lind',
});

t.test('facts of playbooks can be named, and nothing else', async (t) => {
  const yes = [
    'about',
    'timing',
    'timing/followUpAfter',
    'stop/rounds',
    'worksWell/own-ptr',
    'routes/a/notes',
    'cases/sbl/stop',
  ];
  const no = [
    '',
    'key',
    'domains',
    'rejections/block-list',
    'timing/',
    '__proto__/x',
    'timing/constructor',
    'routes/a/fields',
    'worksWell/A',
    'worksWell/a/text',
    `worksWell/${'a'.repeat(200)}`,
  ];
  t.strictSame(
    yes.filter((path) => !isFactPath(path)),
    [],
  );
  t.strictSame(no.filter(isFactPath), []);
});

t.test('a value is put and taken away without touching the rest', async (t) => {
  const before = structuredClone(outlook);
  const line = { key: 'new-one', text: 'One more.', source: 'us', verified: false };
  const changed = withValue(outlook, 'worksWell/new-one', line);
  t.strictSame(valueAt(changed, 'worksWell/new-one'), line);
  t.strictSame(withValue(changed, 'worksWell/new-one', undefined), outlook, 'and back');
  t.strictSame(valueAt(withValue(outlook, 'timing/note', undefined), 'timing/note'), undefined);
  t.equal(valueAt(outlook, 'worksWell/no-such/text'), undefined);
  t.equal(valueAt(outlook, 'timing/toString'), undefined, 'nothing that is not its own');
  t.strictSame(outlook, before, 'what was there is the same');
  t.ok(sameFact({ a: 1, b: [2] }, { b: [2], a: 1 }));
  t.notOk(sameFact([1, 2], [2, 1]));
});

t.test('what people changed lies over the release; what nobody changed is the same object', async (t) => {
  const providers = effectiveProviders(CATALOGUE.providers, {
    facts: [fact('timing/followUpAfter', 72), fact('timing/answeredWithin', 60), fact('coolDown', null)],
    own: [],
  });
  const changed = providers.find(({ key }) => key === 'outlook-com');
  t.match(changed, { timing: { followUpAfter: 72, answeredWithin: 60, effectiveWithin: 48 } });
  t.equal(changed?.coolDown, undefined);
  t.equal(
    providers.find(({ key }) => key === 'gmail'),
    providerOf('gmail'),
  );
  t.equal(effectiveProviders(CATALOGUE.providers, { facts: [], own: [] }), CATALOGUE.providers);
});

t.test('a fact that no longer fits is left aside, and the others hold', async (t) => {
  const facts = [fact('timing/followUpAfter', 1), fact('stop/rounds', 2), fact('routes/gone/name', 'A way')];
  const { provider, unfit } = withFacts(outlook, facts);
  t.strictSame(
    unfit.map(({ path }) => path),
    ['timing/followUpAfter', 'routes/gone/name'],
  );
  t.match(provider, { timing: { followUpAfter: 48 }, stop: { rounds: 2 } });
});

t.test('a domain that people gave to a provider of their own is no longer another’s', async (t) => {
  const own = { ...outlook, key: 'own-msn', name: 'Our MSN', domains: ['msn.com'], hosts: [] };
  const providers = effectiveProviders(CATALOGUE.providers, { facts: [], own: [own] });
  t.strictSame(
    providers.filter(({ domains }) => domains.includes('msn.com')).map(({ key }) => key),
    ['own-msn'],
  );
});

t.test('how a changed fact stands to a new release', async (t) => {
  const at = (was: unknown, ours: unknown, now: number) =>
    standingOf(fact('timing/followUpAfter', ours, was), {
      ...outlook,
      timing: { ...outlook.timing, followUpAfter: now },
    });
  t.match(at(48, 72, 48), { released: false, same: false, builtInNow: 48 });
  t.match(at(48, 72, 96), { released: true, same: false, builtInNow: 96 });
  t.match(at(48, 72, 72), { released: false, same: true }, 'the release came to the same');
});
