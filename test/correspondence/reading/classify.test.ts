import t from 'tap';
import { classifyReply } from '../../../src/correspondence/reading/classify.ts';
import { fold } from '../../../src/correspondence/reading/reply-text.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';
import { REPLIES } from './replies.fixture.ts';

const catalogue = readCatalogue();
const verdictOf = (text: string, subject?: string): string =>
  classifyReply({ text, ...(subject === undefined ? {} : { subject }) }, { catalogue }).verdict;

for (const { id, trap, verdict, provider, reference, text, subject, from } of REPLIES) {
  t.test(`${id}: ${trap}`, async (t) => {
    const input = {
      text,
      ...(subject === undefined ? {} : { subject }),
      ...(from === undefined ? {} : { from }),
    };
    const got = classifyReply(input, { catalogue });
    t.equal(got.verdict, verdict, got.rule);
    if (provider !== undefined) t.equal(got.provider, provider);
    if (reference !== undefined) t.equal(got.reference, reference);
    if (got.quote !== null)
      t.ok(fold(`${text}\n${subject ?? ''}`).includes(got.quote), 'the quote stands in the reply');
    t.ok(got.confidence > 0 && got.confidence <= 1);
  });
}

t.test('a refusal and a relief that are not cleared up are a refusal of low confidence', async (t) => {
  const text = 'The block on 192.0.2.1 has been removed. Your request was declined.';
  t.match(classifyReply({ text }, { catalogue }), { verdict: 'denied', confidence: 0.45 });
});

t.test('the provider that was asked stands, unless the sender says otherwise', async (t) => {
  const text = 'We removed the block.';
  t.equal(classifyReply({ text }, { catalogue, provider: 'yahoo' }).provider, 'yahoo');
  t.equal(
    classifyReply({ text, from: 'x@spamhaus.org' }, { catalogue, provider: 'yahoo' }).provider,
    'spamhaus',
  );
});

t.test(
  'a subject decides only when the text says nothing, or when it tells of an automatic mail',
  async (t) => {
    t.equal(verdictOf('Kind regards', 'Your address is not listed'), 'not-blocked');
    t.equal(verdictOf('The block has been removed.', 'Your address is not eligible'), 'mitigated');
    t.equal(verdictOf('I will look at it on Monday.', 'Out of office: block'), 'other');
  },
);

t.test('what an HTML mail quotes decides nothing, above or below the answer', async (t) => {
  const said = { denied: 'Your request was declined.', mitigated: 'The block has been removed.' };
  for (const [now, before] of [
    ['denied', 'mitigated'],
    ['mitigated', 'denied'],
  ] as const) {
    const old = `<blockquote type="cite"><p>${said[before]}</p></blockquote>`;
    t.equal(verdictOf(`<p>${said[now]}</p>${old}`), now);
    t.equal(verdictOf(`<div>Omar wrote:</div>${old}<p>${said[now]}</p>`), now);
    t.equal(
      verdictOf(
        `<div>${said[now]}</div><div class="gmail_quote">On Mon, Nov 9, 2026 Desk wrote:<br>${old}</div>`,
      ),
      now,
    );
    t.equal(
      verdictOf(
        `<p>${said[now]}</p><hr><p><b>From:</b> Desk<br><b>Sent:</b> Monday<br><b>To:</b> Host</p><p>${said[before]}</p>`,
      ),
      now,
    );
  }
});

t.test('every reply rule of the catalogue reads its own examples', async (t) => {
  for (const provider of catalogue.providers) {
    for (const rule of provider.replies) {
      for (const text of rule.examples) {
        const got = classifyReply({ text }, { catalogue, provider: provider.key });
        t.match(got, { verdict: rule.verdict, rule: `${provider.key}/${rule.id}` }, text);
      }
    }
  }
});

t.test('a catalogue phrase of relief does not outweigh a refusal', async (t) => {
  const text = 'The reputation stays poor: a change to neutral was refused.';
  t.equal(classifyReply({ text }, { catalogue, provider: 'talos' }).verdict, 'denied');
});

t.test('hostile input ends and throws nothing', { timeout: 300_000 }, async (t) => {
  const inputs: Record<string, string> = {
    empty: '',
    zeros: '\0\0\0',
    'five megabytes': 'the block on your address was not removed because '.repeat(100_000),
    'one word': 'a'.repeat(5_000_000),
    'quoted lines': '> mitigated\n'.repeat(100_000),
    tags: '<p '.repeat(1_000_000),
    entities: `<p>${'&#8217;'.repeat(500_000)}`,
    numbers: `${'ticket '.repeat(30_000)}${'1'.repeat(200_000)}`,
    addresses: '1.1.1.'.repeat(100_000),
    colons: 'a:'.repeat(500_000),
    headers: 'From: x\n'.repeat(100_000),
    introductions: 'On wrote:\n'.repeat(100_000),
    negations: 'not '.repeat(100_000),
    surrogates: '\ud800'.repeat(100_000),
    headings: 'Mitigated\n'.repeat(50_000),
    legends: 'Legend\nMitigated - a b c\n'.repeat(30_000),
    characters: '解除'.repeat(100_000),
    links: 'http://'.repeat(200_000),
  };
  for (const [name, text] of Object.entries(inputs)) {
    const got = classifyReply({ text, subject: text.slice(0, 5000) }, { catalogue });
    t.not(got.verdict, 'mitigated', name);
  }
});
