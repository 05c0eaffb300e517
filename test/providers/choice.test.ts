import t from 'tap';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { providerChoices, providerMeant } from '../../src/providers/choice.ts';

const catalogue = readCatalogue();
const meant = (text: string) => providerMeant(text, catalogue)?.key;

t.test('a provider is meant by its key, its name, another name or a recipient domain', async (t) => {
  for (const text of ['gmail', 'Gmail', ' GMAIL ', 'Google Mail', 'googlemail.com'])
    t.equal(meant(text), 'gmail');
  t.equal(meant('hotmail.de'), 'outlook-com');
  t.equal(meant('web.de'), 'gmx');
});

t.test('words that mean none or several providers are not guessed at', async (t) => {
  for (const text of ['', '  ', 'mail', 'gmai', 'example.org', '__proto__', 'constructor'])
    t.equal(meant(text), undefined);
  const shared = catalogue.providers
    .flatMap(({ key, aliases }) => aliases.map((alias) => [alias.toLowerCase(), key] as const))
    .filter(([alias, key], _, all) => all.some(([other, owner]) => other === alias && owner !== key))
    .map(([alias]) => alias)
    .filter(
      (alias) => !catalogue.providers.some(({ key, name }) => key === alias || name.toLowerCase() === alias),
    );
  t.ok(shared.length > 0, 'some names are used by several');
  for (const alias of shared) t.equal(meant(alias), undefined, alias);
});

t.test('every provider is in the list once, and its name means it', async (t) => {
  const choices = providerChoices(catalogue);
  t.equal(choices.length, catalogue.providers.length);
  for (const [index, { name }] of choices.entries()) {
    t.equal(meant(name), catalogue.providers[index]?.key, name);
  }
});
