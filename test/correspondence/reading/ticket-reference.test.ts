import t from 'tap';
import { findTicketReferences } from '../../../src/correspondence/reading/ticket-reference.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';

const catalogue = readCatalogue();
const first = (text: string): string | undefined => findTicketReferences(text, catalogue)[0]?.reference;

t.test('finds forms that the catalogue knows, and whose they are', async (t) => {
  t.match(findTicketReferences('Re: SRX1790000001ID', catalogue), [
    { reference: 'SRX1790000001ID', provider: 'outlook-com' },
  ]);
  t.match(findTicketReferences('[ST1790001] XBL', catalogue), [
    { reference: 'ST1790001', provider: 'spamhaus' },
  ]);
});

t.test('every ticket form of the catalogue finds its own examples', async (t) => {
  for (const { key, tickets } of catalogue.providers) {
    for (const { name, examples } of tickets) {
      for (const example of examples) {
        const found = findTicketReferences(example, catalogue, key)[0];
        t.match(found, { name, provider: key }, `${key}: ${example}`);
        t.ok(found && example.includes(found.reference));
      }
    }
  }
});

t.test('finds numbers behind a word for a case, in each language', async (t) => {
  const texts: [string, string][] = [
    ['Your case 30001175 was opened', '30001175'],
    ['[Ticket 55120399] TSS04', '55120399'],
    ['Vorgangsnummer: 20261190', '20261190'],
    ['Dossier n° 7714002', '7714002'],
    ['pratica 0915777', '0915777'],
    ['Caso número 445566', '445566'],
    ['Zaaknummer 887766', '887766'],
    ['Service request 1-440000120', '1-440000120'],
    ['Re: [#560001] your listing', '560001'],
    ['Ticket #1640111 | view', '1640111'],
    ['It is about ticket number, 1790000032 which you opened', '1790000032'],
    ['Your request (664213) is closed', '664213'],
    ['Thank you for your inquiry 1-4510002.', '1-4510002'],
    ['It was passed to the second line (INC0064213)', 'INC0064213'],
    ['It was queued as 6521187', '6521187'],
    ['このメールはチケット番号 1790000033、解除の件です', '1790000033'],
    ['Zgłoszenie otrzymało numer 6455667', '6455667'],
  ];
  for (const [text, reference] of texts) t.equal(first(text), reference, text);
});

t.test('takes no number that is something else', async (t) => {
  const texts = [
    'Call 1-800-555-0100',
    'session 114502-88',
    'error 421 4.7.0',
    'record SBL400123',
    'rule AS(508)',
    'customer number 4455667',
    'Your reference: 2026-1188',
    'Ihr Zeichen: Fall 778899',
    'correlation id 7f0c2a19-4d6e-4e6b-9c1e-0d5b0e6b7711',
    'in case 192.0.2.7 is yours',
    'in this case, 2500 mails were refused',
  ];
  for (const text of texts) t.equal(first(text), undefined, text);
});

t.test('tells each reference once', async (t) => {
  t.equal(findTicketReferences('Ticket SRX1790000001ID: SRX1790000001ID', catalogue).length, 1);
});
