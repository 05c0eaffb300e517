import t from 'tap';
import { classifyReply } from '../../../src/correspondence/reading/classify.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';

const catalogue = readCatalogue();
const read = (text: string, provider?: string) =>
  classifyReply({ text }, { catalogue, ...(provider === undefined ? {} : { provider }) });

/** The last words are in no phrase book: what they say is not known, only that they turn against what was said. */
const TURNS = [
  'We removed your address from the list. However, the pink elephants sat on it and that is that.',
  'Your address was unblocked, but the elephants of the night shift had other ideas.',
  'The block has been lifted. None of this holds for the decision taken upstairs.',
  'Wir haben die Sperre aufgehoben. Leider saßen danach die Elefanten drauf.',
  'Nous avons levé le blocage. Malheureusement, les éléphants ont tout piétiné.',
  'Hemos eliminado el bloqueo. Sin embargo, los elefantes opinan otra cosa.',
  'Abbiamo rimosso il blocco. Purtroppo gli elefanti hanno pestato tutto.',
  'Wij hebben de blokkade opgeheven. Helaas zaten de olifanten er bovenop.',
  'Removemos o bloqueio. Infelizmente os elefantes pisaram em tudo.',
];

t.test('words that turn against relief and are not understood leave it unclear', async (t) => {
  for (const text of TURNS) {
    const { verdict, confidence, rule } = read(text);
    t.equal(verdict, 'other', `${text} (${rule})`);
    t.ok(confidence < 0.5, 'a person should look');
  }
});

t.test('both sentences are shown', async (t) => {
  t.match(read(TURNS[0] ?? ''), {
    quote: 'However, the pink elephants sat on it and that is that.',
    against: 'We removed your address from the list.',
  });
});

t.test('a phrase of relief that the provider is known for does not outweigh them', async (t) => {
  const known = 'Die Reputation von 192.0.2.30 wurde zurückgesetzt.';
  t.match(read(known, 't-online'), { verdict: 'mitigated', rule: 't-online/reputation-reset' });
  t.equal(read(`${known} Leider kamen danach die Elefanten.`, 't-online').verdict, 'other');
});

t.test('what comes before relief, or is understood, does not turn against it', async (t) => {
  for (const text of [
    'Unfortunately this took a week. The block has been lifted.',
    'However hard it was to find, we have removed the block.',
    'We have lifted the block. However, your address may be listed again if spam recurs.',
    'The block has been lifted, but please set a PTR record.',
    'We removed the address from everything but the test list.',
  ])
    t.equal(read(text).verdict, 'mitigated', text);
});
