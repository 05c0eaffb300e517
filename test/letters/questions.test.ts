import t from 'tap';
import { questionsOf } from '../../src/letters/questions.ts';

t.test('questions and requests of an answer, as they were written', async (t) => {
  t.strictSame(
    questionsOf(`Hello,

Thank you for contacting us. Who operates the server at 203.0.113.7?
Please provide the following:
1. A sample of the message headers
2. The number of messages
   that you send a day
Please also note that this mailbox is monitored. Please confirm how recipients signed up.

If you have any further questions, please let us know by replying to this message.
Kind regards`),
    [
      'Who operates the server at 203.0.113.7?',
      'A sample of the message headers',
      'The number of messages that you send a day',
      'Please confirm how recipients signed up.',
    ],
  );
  t.strictSame(questionsOf('Bitte teilen Sie uns die Telefonnummer mit. Wer betreibt den Server?'), [
    'Bitte teilen Sie uns die Telefonnummer mit.',
    'Wer betreibt den Server?',
  ]);
});

t.test('what was quoted of us is no question of theirs, and a statement none at all', async (t) => {
  t.strictSame(
    questionsOf(
      'We need the host name.\n\nOn 10 March 2026 Jonas Weber wrote:\n> Could you tell us the cause?',
    ),
    ['We need the host name.'],
  );
  t.strictSame(questionsOf('Your address does not qualify for mitigation.'), []);
  t.strictSame(questionsOf(''), []);
});

t.test('a flood of questions is cut, in linear time', { timeout: 60_000 }, async (t) => {
  const many = questionsOf(Array.from({ length: 500 }, (_, index) => `Is it number ${index}?`).join('\n'));
  t.equal(many.length, 12);
  t.ok((questionsOf(`Why ${'so '.repeat(1000)}long?`)[0]?.length ?? 0) <= 302);
  for (const text of ['please '.repeat(30_000), '? '.repeat(100_000), `${'1. '.repeat(60_000)}?`])
    t.ok(questionsOf(text).length <= 12);
});
