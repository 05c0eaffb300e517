import t from 'tap';
import { genericName } from '../../../src/evidence/names/generic-name.ts';

const how = (name: string, address = '203.0.113.7') => genericName(name, address)?.how ?? 'chosen';

t.test('the address in a name makes it generic, in whatever order and base', async (t) => {
  for (const name of [
    '203-0-113-7.example.net',
    '7-113-0-203.example.net',
    '7.113.0.203.example.net',
    'h203000113007.example.net',
    'cb007107.example.net',
    'ip-cb-00-71-07.example.net',
    'host-0-113-7.example.net',
    'customer-203-0-113.example.net',
  ])
    t.equal(how(name), 'clear', name);
  t.equal(how('mx-113-7.example.net'), 'slight', 'two numbers may be chance');
  for (const name of ['mx7.example.net', 'mail.example.net', 'relay-2-1.example.net', 'mx203.example.net'])
    t.equal(how(name), 'chosen', name);
});

t.test('an IPv6 address in a name is seen in full, by halves and by groups', async (t) => {
  for (const name of [
    '20010db8000000000000000000010007.example.net',
    '7.0.0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.example.net',
    '2001-db8-0-0-0-0-1-7.example.net',
    '2001-db8--1-7.example.net',
    'v6-2001-0db8-0000-0000-0000-0000-0001-0007.example.net',
  ])
    t.equal(how(name, '2001:db8::1:7'), 'clear', name);
  for (const name of ['mail.example.net', 'mx-1-7.example.net'])
    t.equal(how(name, '2001:db8::1:7'), 'chosen', name);
});

t.test('words are parts of labels, and none of the registered domain', async (t) => {
  t.equal(how('p5.dip0.t-dyn.example.net'), 'clear');
  t.equal(how('adsl7.example.net'), 'clear');
  t.equal(how('static.example.net'), 'slight');
  t.equal(how('vps-12.example.net'), 'slight');
  t.equal(how('mail.dyn.com'), 'chosen', 'a company of that name');
  t.equal(how('mail.pool.co.uk'), 'chosen', 'under a suffix of two labels');
  t.equal(how('mail.dynamite.example.net'), 'chosen', 'a word that only begins so');
  t.equal(how('example.net'), 'chosen');
});
