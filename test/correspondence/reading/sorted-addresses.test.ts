import t from 'tap';
import { classifyReply } from '../../../src/correspondence/reading/classify.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';

const catalogue = readCatalogue();
const read = (text: string) => classifyReply({ text }, { catalogue });
const sorted = (text: string): string[] =>
  read(text).perAddress.map(({ network, verdict }) => `${network} ${verdict}`);

t.test('a table with headings sorts the addresses under them, also those in one line', async (t) => {
  const text =
    'Not qualified for mitigation\n203.0.113.20\n203.0.113.21, 203.0.113.22\nOur investigation has determined that 203.0.113.1 and the above IP(s) do not qualify.\n\nConditionally mitigated\n203.0.113.32/28\n\nMitigated\n(none)\n\nNothing was detected\n2001:db8::25';
  t.strictSame(sorted(text), [
    '203.0.113.20 denied',
    '203.0.113.21 denied',
    '203.0.113.22 denied',
    '203.0.113.32/28 conditionally-mitigated',
    '2001:db8::25 not-blocked',
  ]);
  t.equal(read(text).verdict, 'denied', 'the first one decides');
});

t.test(
  'a heading that says mitigated, with a limit under it, is a condition for its addresses only',
  async (t) => {
    t.strictSame(
      sorted(
        'Mitigated\n192.0.2.1\nYou may send up to 500 messages per day for now.\n\nNot qualified\n192.0.2.2\nPlease read our guidelines.',
      ),
      ['192.0.2.1 conditionally-mitigated', '192.0.2.2 denied'],
    );
  },
);

t.test('a sentence with a colon announces the result of the addresses below it', async (t) => {
  t.strictSame(
    sorted(
      'The following IP addresses have been unblocked:\n\n192.0.2.1\n192.0.2.2\n\nThe following IP addresses could not be unblocked:\n\n192.0.2.3',
    ),
    ['192.0.2.1 mitigated', '192.0.2.2 mitigated', '192.0.2.3 denied'],
  );
  t.strictSame(sorted('Die folgenden Adressen haben wir entsperrt:\n192.0.2.1\n\nGruß'), [
    '192.0.2.1 mitigated',
  ]);
  t.strictSame(sorted('The following have been unblocked:\n\n192.0.2.1'), ['192.0.2.1 mitigated']);
  t.strictSame(sorted('The following could not be unblocked:\n\n192.0.2.1'), ['192.0.2.1 denied']);
  t.strictSame(sorted('You asked us to unblock the following:\n\n192.0.2.1'), []);
  t.strictSame(sorted('We received your request for:\n192.0.2.1\n192.0.2.2'), []);
});

t.test('rows give each address its own result, whatever stands between them', async (t) => {
  const results = ['203.0.113.7 mitigated', '203.0.113.9 denied', '2001:db8::9 not-blocked'];
  const rows = ['Mitigated', 'Not qualified', 'Nothing detected'];
  const places = ['203.0.113.7/32', '203.0.113.9', '2001:db8::9'];
  const row = (before: string, between: string, after = '') =>
    places.map((place, at) => `${before}${place}${between}${rows[at]}${after}`).join('\n');
  t.strictSame(sorted(row('', ': ')), results);
  t.strictSame(sorted(row('* ', ' - ')), results);
  t.strictSame(sorted(row('| ', ' | ', ' |')), results);
  t.strictSame(sorted(row('', '\t')), results);
  t.strictSame(sorted(`<table>${row('<tr><td>', '</td><td>', '</td></tr>')}</table>`), results);
});

t.test('a result below its address belongs to that address, not to the next', async (t) => {
  t.strictSame(
    sorted('203.0.113.7\nMitigated\n\n203.0.113.9\n203.0.113.10\nNot qualified\n\n192.0.2.9\nMitigated'),
    ['203.0.113.7 mitigated', '203.0.113.9 denied', '203.0.113.10 denied', '192.0.2.9 mitigated'],
  );
  t.strictSame(
    sorted(
      'You asked about:\n203.0.113.7\n203.0.113.9\n\nMitigated\n203.0.113.9\n\nNot qualified\n203.0.113.7',
    ),
    ['203.0.113.9 mitigated', '203.0.113.7 denied'],
    'a list of what was asked, above the headings, is no part of the table',
  );
});

t.test('sentences sort addresses when their results differ', async (t) => {
  t.strictSame(
    sorted(
      'Hello,\nthe block on 203.0.113.7 has been removed, but 203.0.113.9 does not qualify for mitigation.',
    ),
    ['203.0.113.7 mitigated', '203.0.113.9 denied'],
  );
  t.strictSame(
    sorted(
      'Die Sperre für 203.0.113.7 und 203.0.113.8 wurde aufgehoben. Der Antrag für 203.0.113.9 wurde abgelehnt.',
    ),
    ['203.0.113.7 mitigated', '203.0.113.8 mitigated', '203.0.113.9 denied'],
  );
  t.strictSame(
    sorted('The block on 203.0.113.7 has been removed, as for 203.0.113.9.'),
    [],
    'one result sorts nothing',
  );
  t.strictSame(
    sorted('We received your request for 203.0.113.7. The block on 203.0.113.9 has been removed.'),
    [],
    'a receipt is no result',
  );
});

t.test('what is quoted, explained or masked sorts nothing', async (t) => {
  t.strictSame(
    sorted('Thanks, we look at both.\n\n> 203.0.113.7: Mitigated\n> 203.0.113.9: Not qualified'),
    [],
  );
  t.strictSame(sorted('Not qualified for mitigation\n173.xxx.xxx.xxx'), []);
  t.strictSame(sorted('Your IP 203.0.113.9 is not eligible.'), []);
});

t.test('each address is told once, with words of the reply', async (t) => {
  const { perAddress } = read(
    '203.0.113.7: Mitigated\n203.0.113.7/32: Not qualified\n10.0.0.1: Not qualified',
  );
  t.strictSame(perAddress, [
    { network: '203.0.113.7', verdict: 'mitigated', quote: '203.0.113.7: Mitigated' },
  ]);
});

t.test('a time of day is no address', async (t) => {
  t.strictSame(sorted('10:12:30 the block has been removed\n10:12:31 the request was declined'), []);
});
