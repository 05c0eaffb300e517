import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EXAMPLES } from '../../src/webhooks/examples.ts';
import { newSecret, signedHeaders } from '../../src/webhooks/signature.ts';

const secret = newSecret();
const body = Buffer.from('{"type":"webhook.test","words":"ä"}');
const message = (seconds: number) => ({ id: 'msg_1', seconds, body });
const now = Math.floor(Date.now() / 1000);

/** Headers, body and secret of a request → whether it is from us. */
const CASES: [about: string, headers: Record<string, string>, body: Buffer, isOurs: boolean][] = [
  ['ours', signedHeaders([secret], message(now)), body, true],
  ['while the secret changes', signedHeaders([newSecret(), secret], message(now)), body, true],
  ['another secret', signedHeaders([newSecret()], message(now)), body, false],
  ['another body', signedHeaders([secret], message(now)), Buffer.from('{}'), false],
  ['another id', { ...signedHeaders([secret], message(now)), 'webhook-id': 'msg_2' }, body, false],
  ['an old one', signedHeaders([secret], message(now - 3600)), body, false],
  ['no time', { ...signedHeaders([secret], message(now)), 'webhook-timestamp': 'x' }, body, false],
  ['no signature', { ...signedHeaders([secret], message(now)), 'webhook-signature': '' }, body, false],
];

t.test('the example in Node tells what is ours', async (t) => {
  const file = join(t.testdir({ 'verify.mjs': EXAMPLES.node }), 'verify.mjs');
  const { isFromDelistDesk } = await import(file);
  for (const [about, headers, octets, isOurs] of CASES)
    t.equal(isFromDelistDesk(headers, octets, secret), isOurs, about);
});

const noPython = spawnSync('python3', ['--version']).error !== undefined && 'no python3';
t.test('the example in Python tells the same', { skip: noPython }, async (t) => {
  const folder = t.testdir({ 'verify.py': EXAMPLES.python });
  const cases = CASES.map(([, headers, octets]) => ({ headers, body: octets.toString() }));
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
  const script = `import json, verify
print(json.dumps([verify.is_from_delist_desk(c["headers"], c["body"].encode(), "${secret}") for c in json.load(open("cases.json"))]))`;
  const told = JSON.parse(execFileSync('python3', ['-c', script], { cwd: folder, encoding: 'utf8' }));
  t.strictSame(
    told,
    CASES.map(([, , , isOurs]) => isOurs),
  );
});
