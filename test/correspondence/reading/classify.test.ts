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

t.test('what is to come, could be, or hangs on something is not told as done', async (t) => {
  for (const text of [
    'Your address will be taken off the list (if our checks come back clean).',
    'Once the domain is removed there, it will also be removed here.',
    'Please make sure that your addresses are no longer marked as spam.',
    'If your details are right, the block will be removed.',
  ])
    t.not(verdictOf(text), 'mitigated', text);
  t.equal(verdictOf('Your address would have been cleared, had the volume dropped.'), 'denied');
});

t.test('what is done as a rule, or was done once before, is not relief now', async (t) => {
  for (const [text, verdict] of [
    ['Your enquiry was received. Most blocks are lifted within a day.', 'acknowledged'],
    ['Ihre Meldung ist da. In der Regel heben wir Sperren binnen eines Tages auf.', 'acknowledged'],
    ['Your previous listing was removed in May. We will not remove this one.', 'denied'],
    ['The exception that was granted in August has run out and will not be renewed.', 'denied'],
    ['Die Sperre wurde bereits zweimal aufgehoben. Ein drittes Mal lehnen wir ab.', 'denied'],
  ] as const)
    t.equal(verdictOf(text), verdict, text);
});

t.test(
  'a newsletter is no answer, whatever it tells; a question says nothing of what it asks about',
  async (t) => {
    t.equal(
      verdictOf('Postmaster news, May issue\n\nHow our senders got unblocked.\n\nRead online | Unsubscribe'),
      'other',
    );
    t.equal(verdictOf('Ticket closed? Tell us how we did in a short survey!'), 'other');
  },
);

t.test('a refusal that is only thought of is none', async (t) => {
  for (const text of [
    'We received your request. If for any reason we are not able to remove the address, we will write to you.',
    'Ihre Anfrage ist eingegangen. Sollten wir die Sperre nicht aufheben können, nennen wir den Grund.',
    'Nous avons reçu votre demande. Si nous ne pouvons pas lever le blocage, nous vous écrirons.',
  ])
    t.equal(verdictOf(text), 'acknowledged', text);
});

t.test('a refusal that is said again is one', async (t) => {
  for (const text of [
    'As previously stated, your addresses do not qualify for mitigation.',
    'As you were told, we can not remove the block.',
    'We do not agree that the address was listed in error.',
    'Wie bereits mitgeteilt, bleibt die Sperre bestehen.',
  ])
    t.equal(verdictOf(text), 'denied', text);
  t.equal(verdictOf('Your address was listed in error. It has been removed.'), 'mitigated');
});

t.test('words in brackets are a sentence of their own', async (t) => {
  t.equal(verdictOf('The block (which was not yours to mend) has been lifted.'), 'mitigated');
  t.equal(verdictOf('We looked again (the block stays).'), 'denied');
});

t.test('who was away and answers is not away', async (t) => {
  t.equal(verdictOf('Sorry for the late answer, I was on vacation. The block is gone.'), 'mitigated');
  t.equal(verdictOf('I am on vacation until Monday.'), 'other');
});

t.test('a name that is a word as well is a name with a capital letter', async (t) => {
  const providerOf = (text: string) => classifyReply({ text }, { catalogue }).provider;
  t.equal(providerOf('The block was lifted.\nPlease feel free to answer.'), null);
  t.equal(providerOf('The block was lifted.\nAbuse Orange'), 'orange-fr');
  t.equal(providerOf('The block was lifted.\nPostmaster TIM'), 'tim-it');
  t.equal(providerOf("Bonjour, l'IP est débloquée. Bien à vous, Proximus"), 'proximus', 'no mere greeting');
  t.equal(providerOf('Your mail was received.\nWe aim to answer today.'), null);
  t.equal(providerOf('The block was lifted.\nYahoo!メール'), 'yahoo-japan', 'the longer name is the name');
});

t.test('of two desks with one form of tickets the one that is named wrote', async (t) => {
  const text = 'The address was removed from our block lists.\n';
  const by = (desk: string) =>
    classifyReply({ text: text + desk, subject: 'SRX1790000034ID' }, { catalogue });
  t.equal(by('Microsoft Online Services').provider, 'microsoft-365');
  t.equal(by('Technical Support').provider, 'outlook-com');
});

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
