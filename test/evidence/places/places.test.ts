import t from 'tap';
import { kindTitles } from '../../../src/evidence/kind-titles.ts';
import {
  isTooOld,
  kindOfPlace,
  linkOfPlace,
  PLACES,
  type Place,
  placeOf,
  placeOfKind,
} from '../../../src/evidence/places/places.ts';
import { allowedWords, readingFound, readValue } from '../../../src/evidence/places/reading.ts';
import { CLAIM_KEYS } from '../../../src/letters/claims/claims.ts';
import { CATALOGUE } from '../../desk.ts';

const place = (key: string) => placeOf(key) as Place;

t.test('the data: keys are unique, providers and claims are known, kinds have titles', async (t) => {
  t.equal(new Set(PLACES.map(({ key }) => key)).size, PLACES.length);
  const titles = await kindTitles();
  for (const one of PLACES) {
    t.ok(CATALOGUE.byKey.has(one.provider), `${one.key}: ${one.provider}`);
    t.ok(one.claim === undefined || CLAIM_KEYS.includes(one.claim), `${one.key}: ${one.claim}`);
    t.equal(titles.get(kindOfPlace(one)), one.name);
    t.equal(placeOfKind(kindOfPlace(one)), one);
    const link = linkOfPlace(one, one.of === 'address' ? '2001:db8::7' : 'example.com');
    t.ok(URL.canParse(link) && !/[{}]/.test(link), link);
    t.ok(
      one.value.choices || one.value.number?.bands.at(-1)?.below === undefined,
      `${one.key}: no number is left out`,
    );
    const says = [...(one.value.choices ?? []), ...(one.value.number?.bands ?? [])].some((band) => band.says);
    t.equal(says, one.claim !== undefined, `${one.key}: who says something says it of a claim`);
  }
  t.match(
    PLACES.map(({ key }) => key),
    /talos/,
  );
  t.equal(placeOfKind('talos'), undefined);
  t.equal(placeOfKind('place-nowhere'), undefined);
});

t.test('a value is one of the place’s own, in its own words', async (t) => {
  t.match(readValue(place('talos'), ' poor '), { words: 'Poor', means: { outcome: 'bad' } });
  t.equal(readValue(place('talos'), 'Excellent'), undefined);
  t.match(allowedWords(place('talos')), 'Good, Neutral, Poor');
});

t.test('a number falls into its band, on its edge into the worse one', async (t) => {
  const rate = (text: string) => readValue(place('postmaster-tools-spam-rate'), text);
  t.match(rate('0.05'), { words: '0.05%', means: { outcome: 'good', says: 'supports' } });
  t.match(rate('0,05 %'), { words: '0.05%' }, 'as people write it');
  t.match(rate('0.1'), { means: { outcome: 'note' } });
  t.match(rate('0.299%'), { means: { outcome: 'note' } });
  t.match(rate('0.3'), { means: { outcome: 'bad', says: 'contradicts' } });
  t.match(rate('0'), { words: '0%', means: { outcome: 'good' } });
  t.match(rate('100'), { means: { outcome: 'bad' } });
  for (const wrong of ['', 'low', '-1', '101', '0.0001', '1e3', '0x1', '1.', '0.05%%', '9'.repeat(400)])
    t.equal(rate(wrong), undefined, wrong);
  const score = (text: string) => readValue(place('sender-score'), text);
  t.match(score('69'), { words: '69 of 100', means: { outcome: 'bad', says: 'contradicts' } });
  t.match(score('70 of 100'), { words: '70 of 100', means: { outcome: 'note' } });
  t.match(score('99'), { means: { outcome: 'good', says: 'supports' } });
  t.equal(score('99.5'), undefined);
});

t.test(
  'what is read is found like other evidence, and says of a claim only what its value bears',
  async (t) => {
    const found = (key: string, value: string, subject: string) => {
      const read = readValue(place(key), value);
      if (!read) throw new Error(value);
      return readingFound(place(key), read, subject, 'as of today');
    };
    t.match(found('talos', 'Poor', '203.0.113.7'), {
      outcome: 'bad',
      summary: 'Poor',
      facts: [
        {
          key: 'value',
          words: 'Poor',
          link: 'https://talosintelligence.com/reputation_center/lookup?search=203.0.113.7',
        },
      ],
      claims: [],
    });
    t.strictSame(found('barracuda', 'not listed', '203.0.113.7').claims, [], 'one list is not all');
    t.match(found('barracuda', 'listed', '203.0.113.7').claims, [
      { claim: 'no-public-listing', result: 'contradicts', words: 'listed by Barracuda Central' },
    ]);
    t.match(found('postmaster-tools-spam-rate', '0.05', 'example.com').claims, [
      {
        claim: 'complaint-rate-low',
        result: 'supports',
        words: '0.05% of recipients at Gmail report it as spam',
      },
    ]);
  },
);

t.test('a value is too old after the place’s days, not before', async (t) => {
  const now = new Date('2026-11-26T12:00:00Z');
  const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
  const { currentDays } = place('talos');
  t.notOk(isTooOld(place('talos'), ago(currentDays), now));
  t.ok(isTooOld(place('talos'), ago(currentDays + 0.01), now));
});
