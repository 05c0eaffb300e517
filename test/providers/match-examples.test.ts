import { createRequire } from 'node:module';
import t from 'tap';
import { readReply } from '../../src/bounces/reply-code.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { recognise } from '../../src/providers/match.ts';
import type { Provider } from '../../src/providers/schema.ts';

const catalogue = readCatalogue();
// The package has no types of its own for ES modules.
const { checkSync } = createRequire(import.meta.url)('recheck') as {
  checkSync: (
    source: string,
    flags: string,
    options: { timeout: number; checker: 'automaton' },
  ) => { status: 'safe' | 'vulnerable' | 'unknown' };
};

/** A host or a domain that belongs to the provider, for rules that count only where it is known. */
function receiverOf(provider: Provider): { host: string | null; recipientDomain: string | null } {
  const host = provider.hosts[0]?.replace('*.', 'mx1.') ?? null;
  const domain = provider.domains.find((name) => !name.includes('*')) ?? null;
  return host !== null ? { host, recipientDomain: null } : { host: null, recipientDomain: domain };
}

const nobody = { host: null, recipientDomain: null };

for (const provider of catalogue.providers) {
  t.test(`the rules of ${provider.key} recognise their own examples`, (t) => {
    for (const rule of provider.rejections) {
      for (const example of rule.examples) {
        const from = rule.identifies ? nobody : receiverOf(provider);
        const seen = recognise({ ...readReply(example), ...from }, catalogue);
        t.equal(seen.rule, `${provider.key}/${rule.id}`, example);
        t.equal(seen.reason, rule.reason, `the reason of: ${example}`);
        if (seen.provider !== null) t.equal(seen.provider, provider.key, 'no other provider claims it');
        if (rule.blockCode !== undefined) t.equal(seen.blockCode, rule.blockCode);
      }
    }
    t.end();
  });
}

t.test('generic rules recognise their own examples, and no provider claims them', (t) => {
  for (const rule of catalogue.generic) {
    for (const example of rule.examples) {
      const seen = recognise({ ...readReply(example), ...nobody }, catalogue);
      t.equal(seen.rule, `generic/${rule.id}`, example);
      t.equal(seen.provider, null);
    }
  }
  t.end();
});

t.test('block code patterns find the code in their examples', (t) => {
  const owned = catalogue.providers.flatMap(({ key, codes }) => codes.map((code) => ({ key, ...code })));
  for (const { pattern, examples, key } of [
    ...owned,
    ...catalogue.genericCodes.map((code) => ({ key: 'generic', ...code })),
  ]) {
    for (const example of examples)
      t.ok(new RegExp(pattern, 'iu').exec(example)?.groups?.['code'], `${key}: ${example}`);
  }
  t.end();
});

t.test('every list is found by each name under which it is cited', (t) => {
  for (const provider of catalogue.providers) {
    for (const list of provider.lists) {
      for (const cited of list.cited) {
        const seen = recognise(
          { ...readReply(`554 5.7.1 Client host [192.0.2.1] blocked using ${cited}`), ...nobody },
          catalogue,
        );
        t.equal(seen.listOwner ?? seen.provider, provider.key, `${provider.key}: ${cited}`);
      }
    }
  }
  for (const { cited, name } of catalogue.lists) {
    const seen = recognise(
      { ...readReply(`554 5.7.1 Client host [192.0.2.1] blocked using ${cited}`), ...nobody },
      catalogue,
    );
    t.ok(seen.listName, `${cited} is shown, if not as ${name}`);
  }
  t.end();
});

t.test('no pattern of the data can be made slow', (t) => {
  const rules = [...catalogue.providers.flatMap(({ rejections }) => rejections), ...catalogue.generic];
  const codes = [...catalogue.providers.flatMap((provider) => provider.codes), ...catalogue.genericCodes];
  const patterns = [
    ...rules.flatMap(({ match }) => match.pattern ?? []),
    ...codes.map(({ pattern }) => pattern),
  ];
  t.ok(patterns.length > 50);
  // The automaton proves it; the other way of checking draws lots, and finds now this, now that.
  const proven = (pattern: string) =>
    checkSync(pattern, 'iu', { timeout: 5000, checker: 'automaton' }).status;
  t.equal(proven('(?:a|a)*b'), 'vulnerable');
  for (const pattern of patterns) t.equal(proven(pattern), 'safe', pattern);
  t.end();
});
