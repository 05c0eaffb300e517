import t from 'tap';
import { lintLetter } from '../../src/letters/phrases.ts';

const rules = (text: string, audience = 'mailbox-provider') =>
  lintLetter(text, { audience }).map(({ level, rule }) => `${level} ${rule}`);

t.test('threats, law and pressure stop a letter, in each language', async (t) => {
  const stopping: [string, string][] = [
    ['R7', 'Otherwise our lawyers will write to you.'],
    ['R7', 'We are fully GDPR compliant.'],
    ['R8', 'This is URGENT'],
    ['R8', 'We need this solved immediately.'],
    ['R7', 'Sonst schalten wir unseren Anwalt ein.'],
    ['R7', 'Wir behalten uns rechtliche Schritte vor.'],
    ['R8', 'Wir bitten dringend um Aufhebung.'],
    ['R7', 'Unsere Rechtsanwälte prüfen das.'],
    ['R8', 'Wir erwarten schnellstmögliche Freigabe.'],
    ['R7', 'Notre avocat vous écrira.'],
    ['R8', 'Il faut lever ce blocage immédiatement.'],
    ['R7', 'Procederemo per vie legali.'],
    ['R8', 'È inaccettabile.'],
    ['R7', 'Emprenderemos acciones legales.'],
    ['R8', 'Es urgente.'],
    ['R7', 'Wij nemen juridische stappen.'],
    ['R8', 'Dit is onacceptabel.'],
    ['R7', 'Wij stellen u aansprakelijk.'],
  ];
  for (const [rule, text] of stopping) t.ok(rules(text).includes(`stop ${rule}`), text);
});

t.test('boasting and what nobody can know is warned of', async (t) => {
  const warned: [string, string][] = [
    ['R5', 'We have never sent spam.'],
    ['R5', 'We’ve done nothing wrong.'],
    ['R5', '100% of our users agreed.'],
    ['R5', 'Please unblock 203.0.113.7.'],
    ['R6', 'We are a leading company.'],
    ['R6', 'Wir sind Marktführer.'],
    ['R9', 'Weshalb wurden wir gesperrt?'],
    ['R5', 'Wij zijn geen spammers.'],
    ['R9', 'Please whitelist our address.'],
    ['R9', 'Can you tell us why we were blocked?'],
    ['R8', 'Please answer!!'],
    ['R8', 'PLEASE LIFT THE BLOCK TODAY'],
  ];
  for (const [rule, text] of warned) t.ok(rules(text).includes(`warn ${rule}`), text);
});

t.test('plain words pass, also those that only look like bad ones', async (t) => {
  for (const text of [
    'The certificate authority signed it.',
    'We issued an update.',
    'Our unit sues nobody',
    'The DNS server answers. SPF, DKIM and DMARC pass.',
    'PTR AAAA SPF DKIM',
    'Wir bitten um Prüfung und Aufhebung der Sperre.',
    'Nous vous remercions de bien vouloir examiner ce blocage.',
    'Is there anything further that you need?',
  ])
    t.strictSame(rules(text), [], text);
});

t.test('the refusal is not ours and is not judged', async (t) => {
  const quoted = '550 this is an ILLEGAL and urgent matter';
  t.strictSame(
    lintLetter(`Mail is refused:\n\n${quoted}\n\nPlease review it.`, {
      quoted,
      audience: 'mailbox-provider',
    }),
    [],
  );
  t.ok(rules(quoted).length > 0);
});

t.test('other lists are no argument for the operator of a list', async (t) => {
  const text = 'We are not listed anywhere else, and no other list has us.';
  t.strictSame(rules(text, 'block-list'), ['warn R14']);
  t.strictSame(rules(text), []);
});

t.test('running text has a length that is read, evidence lines do not count', async (t) => {
  t.strictSame(rules('word '.repeat(260)), []);
  t.strictSame(rules('word '.repeat(261)), ['warn R4']);
  t.strictSame(rules('– word word word word\n'.repeat(100)), []);
});

t.test('each finding comes once and says what to do instead', async (t) => {
  const found = lintLetter('urgent, urgent, urgente', { audience: 'mailbox-provider' });
  t.strictSame(found.map((one) => one.words).toSorted(), ['urgent', 'urgente', 'urgent…']);
  for (const one of found) t.ok(one.advice.length > 20);
});

t.test('a hostile length is read', { timeout: 300_000 }, async (t) => {
  for (const text of [
    'ABC '.repeat(50_000),
    '! '.repeat(100_000),
    'please '.repeat(30_000),
    'A'.repeat(200_000),
  ])
    t.ok(Array.isArray(lintLetter(text, { audience: 'block-list' })));
});
