import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { parseReport } from '../../src/bounces/parse-report.ts';
import type { Observation } from '../../src/observations/observation.ts';
import { DRESSINGS } from '../bounces/dressing.fixture.ts';
import { catalogue, NOW } from '../bounces/parsing.fixture.ts';
import { scan } from './scanning.fixture.ts';

/** The scanner and the reader of pastes see the same in the same lines. */

const meaningOf = (row: Observation): string =>
  JSON.stringify([
    row.provider,
    row.address,
    row.reason,
    row.rule,
    row.replyCode,
    row.enhancedCode,
    row.blockCode,
    row.outcome === 'deferred',
  ]);

const scanned = (log: string): string[] =>
  [
    ...new Set(
      scan(log)
        .filter((row) => row.outcome !== 'accepted')
        .map(meaningOf),
    ),
  ].sort();

function pasted(log: string): string[] {
  const { rejections } = parseReport(log, { catalogue, now: NOW });
  const meanings = rejections.map((found) =>
    JSON.stringify([
      found.provider,
      found.ip,
      found.reason,
      found.rule,
      found.replyCode,
      found.enhancedCode,
      found.blockCode,
      found.temporary === true,
    ]),
  );
  return [...new Set(meanings)].sort();
}

/** Every example of the catalogue that begins with its code. */
const REPLIES = [
  ...new Set(
    [...catalogue.providers.flatMap((provider) => provider.rejections), ...catalogue.generic]
      .flatMap((rule) => rule.examples)
      .map((example) => example.replace(/\s+/g, ' ').trim())
      .filter((example) => /^[45]\d\d /.test(example)),
  ),
];

const LOGS = [
  'Postfix log',
  'container log',
  'Exim log',
  'Exim log, line breaks escaped',
  'Sendmail log',
  'OpenSMTPD log',
  'qmail log',
  'Haraka log',
  'PowerMTA accounting',
];

for (const name of LOGS) {
  t.test(`what a pasted line means is what the scanner counts: ${name}`, (t) => {
    let tried = 0;
    for (const reply of REPLIES) {
      const log = DRESSINGS[name]?.(reply);
      if (log == null) continue;
      tried += 1;
      const [found, expected] = [scanned(`${log}\n`), pasted(log)];
      if (JSON.stringify(found) !== JSON.stringify(expected)) t.same(found, expected, log);
    }
    t.ok(tried > 50, `${tried} replies`);
    t.end();
  });
}

t.test('one scanner over all of them: no reply is taken for another of the same outline', (t) => {
  const logs = REPLIES.map((reply) => DRESSINGS['Postfix log']?.(reply) ?? '');
  const expected = [...new Set(logs.flatMap(pasted))].sort();
  t.same(scanned(`${[...logs, ...logs.toReversed(), ...logs].join('\n')}\n`), expected);
  t.end();
});

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CORPUS = resolve(ROOT, process.env['CORPUS_DIR'] ?? '../shared/corpus');
const skip = existsSync(CORPUS) ? false : `no samples at ${CORPUS}; set CORPUS_DIR`;
/** Makes that the scanner does not read: they are pasted, not followed. */
const NOT_SCANNED = /exchange|office365|hmailserver|mailenable/;

t.test('logs of other people', { skip }, (t) => {
  const inputs = readFileSync(join(CORPUS, 'inputs.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; kind: string; format: string; text: string })
    .filter(({ kind, format }) => kind === 'log' && !NOT_SCANNED.test(format));
  for (const { id, format, text } of inputs) t.same(scanned(text), pasted(text), `${format} ${id}`);
  t.ok(inputs.length > 20);
  t.end();
});
