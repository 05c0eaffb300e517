import t from 'tap';
import deskNames from '../../../src/correspondence/reading/desk-names.json' with { type: 'json' };
import mailLayout from '../../../src/correspondence/reading/mail-layout.json' with { type: 'json' };
import { MailLayout } from '../../../src/correspondence/reading/newest-part.ts';
import { DeskNames } from '../../../src/correspondence/reading/reply-provider.ts';
import { TicketWords } from '../../../src/correspondence/reading/ticket-reference.ts';
import ticketWords from '../../../src/correspondence/reading/ticket-words.json' with { type: 'json' };
import { VerdictRules } from '../../../src/correspondence/reading/verdict-rules.ts';
import verdictSignals from '../../../src/correspondence/reading/verdict-signals.json' with { type: 'json' };
import { checkData } from '../../../src/data-file.ts';

t.test('the word lists hold to their schemas', async (t) => {
  for (const [schema, data, file] of [
    [DeskNames, deskNames, 'desk-names.json'],
    [MailLayout, mailLayout, 'mail-layout.json'],
    [TicketWords, ticketWords, 'ticket-words.json'],
    [VerdictRules, verdictSignals, 'verdict-signals.json'],
  ] as const) {
    t.doesNotThrow(() => checkData(schema, data, file));
    t.throws(() => checkData(schema, { ...data, stray: 1 }, file), {
      name: 'BadDataFile',
      message: new RegExp(`^${file}: / has the key "stray", which is none; it can be `),
    });
  }
});
