import t from 'tap';
import { believedResults, believedSpf } from '../../src/mail-in/reading/authentication-results.ts';
import { authenticate, type MailArrived } from '../../src/mail-in/reading/authenticity.ts';
import { fieldsOf } from '../../src/mail-in/reading/mail-fields.ts';
import { isProven, proofWords } from '../../src/mail-in/reading/proof.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { DNS, mail, NO_DNS } from './mails.fixture.ts';

const CATALOGUE = readCatalogue();
const NOW = new Date();
const FROM = 'Sender Support <a@css.one.microsoft.com>';
const SIGNED = 'css.one.microsoft.com';

const came = (raw: Buffer, more: Partial<MailArrived> = {}): MailArrived => ({
  raw,
  clientAddress: null,
  helo: '',
  envelopeSender: null,
  authservId: '',
  ...more,
});
async function provenOf(arrived: MailArrived, from = FROM, ask = DNS) {
  const authenticity = await authenticate(arrived, ask, NOW);
  return { authenticity, proven: isProven(authenticity, from, CATALOGUE) };
}

t.test('a signature of the desk proves it, and so does the server that it came from', async (t) => {
  t.match(await provenOf(came(await mail({ from: FROM, signedBy: SIGNED }))), {
    proven: true,
    authenticity: { provenBy: `DMARC passed for ${SIGNED}`, unknown: '' },
  });
  const bySpf = came(await mail({ from: FROM }), {
    clientAddress: '192.0.2.25',
    helo: 'mail.microsoft.com',
    envelopeSender: `bounce@${SIGNED}`,
  });
  t.match(await provenOf(bySpf), { proven: true });
});

t.test('what claims to be from a desk and is not borne out is not', async (t) => {
  const foreign = { clientAddress: '198.51.100.66', helo: 'x.example', envelopeSender: `a@${SIGNED}` };
  t.match(await provenOf(came(await mail({ from: FROM }), foreign)), { proven: false });
  const otherSigner = came(await mail({ from: FROM, signedBy: 'attacker.example' }), foreign);
  t.match(await provenOf(otherSigner), { proven: false }, 'a signature of somebody else');
  const changed = Buffer.from(
    (await mail({ from: FROM, signedBy: SIGNED, text: 'Denied.' }))
      .toString()
      .replace('Denied.', 'Mitigated.'),
  );
  t.match(await provenOf(came(changed, foreign)), { proven: false }, 'a signed mail that was changed');
  const two = Buffer.concat([
    Buffer.from('From: x@attacker.example\r\n'),
    await mail({ from: FROM, signedBy: SIGNED }),
  ]);
  t.not((await provenOf(came(two, foreign))).proven, true, 'two From fields');
});

t.test('where nobody can tell, nobody is called a liar', async (t) => {
  t.match(await provenOf(came(await mail({ from: FROM }))), { proven: null }, 'no signature, no client');
  t.match(
    await provenOf(came(await mail({ from: FROM }), { clientAddress: '127.0.0.1', envelopeSender: 'a@x' })),
    {
      proven: null,
    },
  );
  const raw = await mail({ from: FROM, signedBy: SIGNED });
  t.match(await provenOf(came(raw), FROM, NO_DNS), { proven: null, authenticity: { unknown: /DNS/ } });
  const stranger = await provenOf(
    came(await mail({ from: 'a@attacker.example', signedBy: 'attacker.example' })),
  );
  t.match(stranger, { proven: null, authenticity: { provenBy: 'DMARC passed for attacker.example' } });
});

t.test('in a domain where anybody can have a mailbox only its roles are the desk', async (t) => {
  const authenticity = { fromDomain: 'icloud.com', results: [], provenBy: 'DMARC passed', unknown: '' };
  t.equal(isProven(authenticity, 'Eve <eve@icloud.com>', CATALOGUE), null);
  t.equal(isProven(authenticity, 'Postmaster <postmaster@icloud.com>', CATALOGUE), true);
  t.equal(isProven(authenticity, 'postmaster@icloud.com', CATALOGUE, 'gmail'), null, 'of its provider only');
  t.match(proofWords(authenticity, 'Eve <eve@icloud.com>', CATALOGUE).words, /anybody can have a mailbox/);
});

t.test('of Authentication-Results only the topmost of our own server is believed', async (t) => {
  const raw = await mail({ from: FROM });
  const field = (id: string, result: string) =>
    `Authentication-Results: ${id}; (a; (nested)) spf=${result} (says so; spf=pass) smtp.mailfrom="bounce@${SIGNED}"; dkim=none\r\n`;
  const with_ = (...fields: string[]) => Buffer.concat([Buffer.from(fields.join('')), raw]);
  const ours = { authservId: 'mx.harbour.example.com' };
  const good = with_(field('mx.harbour.example.com', 'pass'), field('mx.harbour.example.com', 'fail'));
  t.match(await provenOf(came(good, ours)), { proven: true });
  t.match(await provenOf(came(good)), { proven: null }, 'none is configured');
  const forged = with_(field('mx.harbour.example.com', 'fail'), field('mx.harbour.example.com', 'pass'));
  t.match(await provenOf(came(forged, ours)), { proven: false });
  const foreign = with_(field('mx.attacker.example', 'pass'));
  t.match(await provenOf(came(foreign, ours)), { proven: null });
  t.strictSame(believedResults(fieldsOf(foreign), ' '), []);
  t.strictSame(believedSpf(fieldsOf(good), 'MX.harbour.example.com'), { result: 'pass', domain: SIGNED });
});

t.test('a resolver that never answers is not waited for', { timeout: 60_000 }, async (t) => {
  const raw = await mail({ from: FROM, signedBy: SIGNED });
  const never = () => new Promise<never>(() => {});
  t.match(await provenOf(came(raw), FROM, never), { proven: null, authenticity: { unknown: /in time/ } });
});

t.test('any octets are judged, and none is proven', async (t) => {
  for (const raw of [
    Buffer.alloc(0),
    Buffer.from('From: @@\r\n\r\n'),
    Buffer.alloc(50_000, 'From: a@microsoft.com\r\n'),
  ])
    t.not((await provenOf(came(raw))).proven, true);
});
