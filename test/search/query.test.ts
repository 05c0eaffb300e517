import t from 'tap';
import { loosen } from '../../src/search/loosen.ts';
import { readQuery } from '../../src/search/query.ts';
import { CATALOGUE } from '../desk.ts';

const read = (text: string, timeZone = 'UTC') => readQuery(text, { catalogue: CATALOGUE, timeZone });
const asked = (text: string, timeZone?: string) =>
  read(text, timeZone).groups.map((group) => group.map(({ asked, not }) => ({ ...asked, not })));
const faults = (text: string) =>
  read(text).faults.map(({ at, length, words }) => [text.slice(at, at + length), words]);

t.test('words, phrases, what is left out and what is one of both', async (t) => {
  t.match(asked('refused "part of their network" -newsletter mitigat*'), [
    [{ is: 'words', text: 'refused', exact: false, not: false }],
    [{ is: 'words', text: 'part of their network', exact: true }],
    [{ is: 'words', text: 'newsletter', not: true }],
    [{ is: 'words', text: 'mitigat', begins: true }],
  ]);
  t.match(
    asked('a1 b2 or c3 OR "d e" f4').map((group) => group.map((one) => ('text' in one ? one.text : ''))),
    [['a1'], ['b2', 'c3', 'd e'], ['f4']],
  );
});

t.test('who runs several providers is all of them', async (t) => {
  t.match(asked('provider:Microsoft'), [[{ query: /'provider=microsoft-365'.*'provider=outlook-com'/ }]]);
  t.match(asked('microsoft'), [[{ is: 'words', alike: /microsoft-365.*outlook-com/ }]]);
  t.strictSame(faults('provider:microsoft'), []);
});

t.test('operators', async (t) => {
  t.match(asked('provider:"Outlook.com" state:open,closed -assignee:me code:S3150 kind:letters'), [
    [{ is: 'facts', query: "'provider=outlook-com'" }],
    [{ is: 'states', states: ['open', 'closed'] }],
    [{ is: 'assignee', who: 'me', not: true }],
    [{ is: 'facts', query: "'code=s3150'" }],
    [{ is: 'facts', query: "'kind=letter'" }],
  ]);
  t.match(asked('kind:addresses,notes kind:address'), [
    [{ query: "('kind=address'|'kind=note')".replace('|', ' | ') }],
    [{ query: "'kind=address'" }],
  ]);
  t.match(asked('ticket:SRX12* -provider:gmail or kind:note'), [
    [{ query: "'ticket=srx12':*" }],
    [{ query: "'provider=gmail'", not: true }, { query: "'kind=note'" }],
  ]);
  t.match(asked('is:open'), [
    [{ is: 'states', states: ['open', 'action-needed', 'awaiting-provider', 'mitigated', 'recovered'] }],
  ]);
  t.match(asked('is:mine is:draft'), [[{ is: 'assignee', who: 'me' }], [{ query: "'is=draft'" }]]);
});

t.test('dates are days of whoever asks', async (t) => {
  const day = (text: string, zone: string) => asked(text, zone)[0]?.[0];
  t.match(day('before:2025-03-30', 'Europe/Berlin'), { from: null, to: new Date('2025-03-29T23:00:00Z') });
  t.match(day('after:2025-03', 'America/New_York'), { from: new Date('2025-03-01T05:00:00Z'), to: null });
  t.match(day('on:2025-03-30', 'Europe/Berlin'), {
    from: new Date('2025-03-29T23:00:00Z'),
    to: new Date('2025-03-30T22:00:00Z'),
  });
  t.match(day('on:2024', 'UTC'), {
    from: new Date('2024-01-01T00:00:00Z'),
    to: new Date('2025-01-01T00:00:00Z'),
  });
});

t.test('what is wrong is told with its place, and the rest counts', async (t) => {
  t.strictSame(faults('harbour before:2025-13-01'), [
    ['before:2025-13-01', 'there is no month 13; write year-month-day'],
  ]);
  t.match(asked('harbour before:2025-13-01'), [[{ text: 'harbour' }]]);
  const said: [string, RegExp][] = [
    ['on:2025-02-29', /February 2025 has no day 29/],
    ['after:yesterday', /write a date as year-month-day/],
    ['state:oepn', /did you mean open\?/],
    ['state:x', /there is open, action-needed/],
    ['provdier:gmail', /did you mean provider:\?/],
    ['provider:gmial', /did you mean gmail\?/],
    ['provider:', /write it as provider:gmail/],
    ['address:203.0.113.7/24', /the range is 203\.0\.113\.0\/24/],
    ['address:300.1.1.1', /300 is more than 255/],
    ['address:mx1', /is not an IP address/],
    ['203.0.113.7/33', /\/33 is longer than an address/],
    ['-before:2025', /use before: and after:/],
    ['is:open,draft', /write is: once for each/],
    ['or', /stands between two terms/],
    ['%', /no letter or digit/],
    ['""', /nothing to look for between/],
    ['"harbour lights', /is not closed/],
  ];
  for (const [text, words] of said) {
    const [fault, ...others] = faults(text);
    t.strictSame(others, [], text);
    t.match(fault, [text, words], text);
  }
  t.match(faults('state:open or state:closed'), [
    ['state:closed', /write several states as state:open,closed/],
  ]);
  t.match(faults('a or or b'), [['or', /between two terms/]]);
  t.match(faults(Array.from({ length: 30 }, (_, i) => `w${i}`).join(' ')), [[/^w24 /, /only the first 24/]]);
  t.match(faults('word '.repeat(200)).at(-1), [/./, /only the first 500 characters/]);
});

t.test('what only looks like an operator or an address is a word', async (t) => {
  for (const text of ['https://example.com/x', 'IPv6:x', 'note:', 'Re:', '10.0.0.1', '1.2.3', 'a:b', '5.7.1'])
    t.match(asked(text), [[{ is: 'words', text }]], text);
  t.match(asked('2001:db8::7'), [[{ is: 'words', alike: /ip6=/ }]]);
});

t.test('any text at all is read', async (t) => {
  const signs = [
    '"',
    '-',
    ':',
    'or',
    ' ',
    'state:',
    '%',
    '_',
    '\\',
    '\0',
    "'",
    '😀',
    'é',
    '(',
    ')',
    '&',
    '|',
    '!',
    '*',
    '/',
    'a',
    '1',
    '“',
    '”',
    '\ud800',
  ];
  for (let seed = 1; seed < 400; seed++) {
    let state = seed;
    const text = Array.from({ length: seed % 23 }, () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return signs[state % signs.length];
    }).join('');
    const query = read(text);
    for (const { at, length } of query.faults)
      t.ok(at >= 0 && at + length <= query.text.length + 1, `${seed}`);
    for (const term of query.groups.flat())
      t.equal(query.text.slice(term.at, term.at + term.text.length), term.text, `${seed}`);
  }
});

t.test('what asks for less', async (t) => {
  t.strictSame(loosen(read('zanzibar provider:gmail before:2020')), [
    { words: 'without provider:gmail', query: 'zanzibar before:2020' },
    { words: 'without before:2020', query: 'zanzibar provider:gmail' },
    { words: 'without zanzibar', query: 'provider:gmail before:2020' },
  ]);
  t.strictSame(
    loosen(read('a1 or b2 kind:note')).map(({ query }) => query),
    ['a1 or b2', 'b2 kind:note', 'a1 kind:note'],
  );
  t.strictSame(loosen(read('microsoft 2025')), [
    { words: 'in the year 2025', query: 'microsoft on:2025' },
    { words: 'without microsoft', query: '2025' },
    { words: 'without 2025', query: 'microsoft' },
  ]);
  t.strictSame(loosen(read('2025')), [{ words: 'in the year 2025', query: 'on:2025' }]);
  t.strictSame(loosen(read('zanzibar')), [{ words: 'words that begin with zanziba', query: 'zanziba*' }]);
  t.strictSame(loosen(read('"part of network"')), [
    { words: 'the words in any order', query: 'part of network' },
  ]);
});
