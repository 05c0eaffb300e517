import t from 'tap';
import { readStsPolicy } from '../../../src/evidence/domain/sts-policy.ts';
import { transportPolicy } from '../../../src/evidence/domain/transport-policy.ts';
import { openGet } from '../../../src/outside/get.ts';
import { isPublic } from '../../../src/outside/public-address.ts';
import { type Answer, CERTIFICATE, serveHttps } from '../../outside/https.fixture.ts';
import { tableOf, worldOf } from '../dns.fixture.ts';
import { rowsOf } from '../found.fixture.ts';

const POLICY =
  'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n';

t.test('a policy file is read as RFC 8461 § 3.2 says, and what is wrong is named', async (t) => {
  t.strictSame(readStsPolicy(POLICY), {
    mode: 'enforce',
    maxAgeSeconds: 604_800,
    mx: ['mail.example.com', '*.example.net'],
  });
  t.match(readStsPolicy(POLICY.replaceAll('\r\n', '\n')), { mode: 'enforce' }, 'LF alone');
  t.match(readStsPolicy(`${POLICY}mode: none\nfuture_key: x y\n`), { mode: 'enforce' }, 'the first counts');
  t.match(readStsPolicy('version: STSv1\nmode: none\nmax_age: 86400'), { mode: 'none', mx: [] });
  const wrong: [string, RegExp][] = [
    ['', /no line version/],
    ['<!doctype html>', /no line version/],
    [POLICY.replace('STSv1', 'STSv2'), /no line version/],
    [POLICY.replace('enforce', 'strict'), /mode/],
    [POLICY.replace('604800', 'a week'), /max_age/],
    [POLICY.replace('604800', '99999999'), /max_age/],
    [POLICY.replace(/mx: .*\r\n/g, ''), /names no mx/],
    [POLICY.replace('mail.example.com', '<b>'), /mx: <b> is no name/],
    ['x: y\n'.repeat(2001), /more than 2000 lines/],
  ];
  for (const [text, words] of wrong) t.match(readStsPolicy(text), words, text.slice(0, 40));
});

const NAMES = {
  '_mta-sts.example.com TXT': ['v=STSv1; id=1'],
  'mta-sts.example.com A': ['127.0.0.1'],
};

async function looked(
  t: Parameters<typeof serveHttps>[0],
  answer: Answer,
  { names = NAMES as Record<string, string[]>, allows = (_: string): boolean => true } = {},
) {
  let asked = 0;
  const port = await serveHttps(t, (request, response) => {
    asked += 1;
    answer(request, response);
  });
  const world = worldOf(tableOf(names), new Date());
  const get = { get: openGet({ trusts: CERTIFICATE, port }), allows };
  const found = await transportPolicy.look({ domain: 'example.com', selectors: [] }, { ...world, get });
  return { found, rows: rowsOf(found), asked };
}
const sends =
  (text: string, status = 200): Answer =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'text/plain' }).end(text);

t.test('the policy behind a record is fetched, and its mode, age and servers are noted', async (t) => {
  const { found, rows } = await looked(t, sends(POLICY));
  t.match(rows, {
    'mta-sts-policy': 'good: fetched, mode enforce',
    'mta-sts-mode': 'good: enforce',
    'mta-sts-max-age': 'note: 7 days',
    'mta-sts-mx': 'note: mail.example.com and *.example.net',
  });
  t.equal(found.outcome, 'good');
  t.match(found.raw, { 'https://mta-sts.example.com/.well-known/mta-sts.txt': { status: 200 } });
  t.match((await looked(t, sends('<html>'))).rows['mta-sts-policy'], /^bad: it has no line version/);
  t.match(
    (await looked(t, sends('version: STSv1\nmode: none\nmax_age: 60'))).rows['mta-sts-mode'],
    'note: none',
  );
});

t.test('a policy that cannot be fetched is unknown, and no redirect leads to another', async (t) => {
  const to: Answer = (_request, response) =>
    void response.writeHead(301, { location: 'https://mta-sts.example.com/elsewhere' }).end();
  const moved = await looked(t, to);
  t.match(moved.rows['mta-sts-policy'], /^unknown: .*answered 301/);
  t.equal(moved.asked, 1);
  t.match((await looked(t, sends('', 404))).rows['mta-sts-policy'], /^unknown: .*answered 404/);
  const large = await looked(t, sends('x'.repeat(70_000)));
  t.match(large.rows['mta-sts-policy'], /^unknown: .*larger than 64 KB/);
  t.equal(large.found.outcome, 'unknown');
  t.match(
    (await looked(t, (_, response) => response.destroy())).rows['mta-sts-policy'],
    /^unknown: .*over HTTPS/,
  );
});

t.test('ssrf: a name that leads inside is not asked, and without a record nothing is', async (t) => {
  const inside = await looked(t, sends(POLICY), { allows: isPublic });
  t.match(inside.rows['mta-sts-policy'], /^unknown: .*no public address/);
  t.equal(inside.asked, 0);
  const nowhere = await looked(t, sends(POLICY), {
    names: { '_mta-sts.example.com TXT': ['v=STSv1; id=1'] },
  });
  t.match(nowhere.rows['mta-sts-policy'], /^unknown: .*no address of mta-sts.example.com/);
  const none = await looked(t, sends(POLICY), { names: { 'mta-sts.example.com A': ['127.0.0.1'] } });
  t.equal(none.asked, 0);
  t.notOk('mta-sts-policy' in none.rows);
});
