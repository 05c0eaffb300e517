import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { confusion } from '../confusion.fixture.ts';
import { catalogue, parse } from './parsing.fixture.ts';

/** Labelled samples of other people, read in place; see their own README for the labels. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CORPUS = resolve(ROOT, process.env['CORPUS_DIR'] ?? '../shared/corpus');
const skip = existsSync(CORPUS) ? false : `no samples at ${CORPUS}; set CORPUS_DIR`;

type Labels = {
  id: string;
  provider: string;
  blocked_ip: string;
  smtp_code: string;
  enhanced_code: string;
  provider_code: string;
  reason: string;
  recipient_domain: string;
  temporary: boolean | '-';
  also?: string[];
  blocked_ip_also?: string[];
  provider_also?: string[];
  provider_code_also?: string[];
  recipient_domain_also?: string[];
};
const NO_LABELS: Labels = {
  id: '-',
  provider: '-',
  blocked_ip: '-',
  smtp_code: '-',
  enhanced_code: '-',
  provider_code: '-',
  reason: '-',
  recipient_domain: '-',
  temporary: '-',
};
type Found = ReturnType<typeof parse>['rejections'][number];

const readLines = <T>(name: string): T[] =>
  readFileSync(join(CORPUS, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

const known = (provider: string): string => (catalogue.byKey.has(provider) ? provider : '-');

/**
 * Replies labelled by the heading under which their source gives them, in words that any receiver uses: nothing in
 * the text names anybody, so the right answer is nobody, and naming somebody is wrong. They count as misses in
 * the figure of all.
 */
const NAMES_NOBODY = new Set([
  'rj-8a0e09e532', // an unknown recipient, in two words
  'rj-8e7999fcd0', // spam, in two words
  'rj-72307f8aa2', // Spamhaus, in the words of a server product
  'rj-e95e7e4246', // Spamhaus, in Postfix’s words
  'rj-f9de7a809f', // a spam filter
  'rj-e62b080f72', // DMARC, in the words that RFC 7489 proposes
  'rj-567c884aff', // a limit, in three words
  'rj-8712f94952', // the sender’s domain, in Postfix’s words
]);

/**
 * Mails of which one label does not follow from what the mail says, or not by the rules that the labels' own README
 * gives. They count as misses in the figure of all.
 */
const AT_ODDS: Record<string, Kind> = {
  'lhost-exim-39.eml': 'provider', // nobody; the reply names MagicMail as who protects it
  'lhost-powermta-02.eml': 'provider', // nobody; the words are Yahoo's, the host's domain was made anonymous
  'rhost-franceptt-06.eml': 'address', // a private address, which no receiver on the Internet can refuse
  'lhost-postfix-38.eml': 'reason', // a list of others; Proofpoint refuses by Proofpoint's own list
  'lhost-imailserver-06.eml': 'reason', // the content; what is cited is that URIBL lists a link in it
};
const shown = (value: unknown): string => (value === null || value === undefined ? '-' : String(value));

/** Placeholders of masked samples are no addresses. */
const isAddress = (text: string): boolean =>
  /^[\d.]+$|^[\da-f]*:[\da-f:]+$/i.test(text) && text !== '0.0.0.0';
const sameCode = (found: Found, expected: Labels): boolean =>
  [expected.provider_code, ...(expected.provider_code_also ?? [])].some(
    (code) => code.toLowerCase() === shown(found.blockCode).toLowerCase(),
  );

const KINDS = ['provider', 'address', 'codes', 'blockCode', 'reason'] as const;
type Kind = (typeof KINDS)[number];
/** What is promised, in shares of one. */
const FLOORS = { provider: 0.99, address: 0.99, codes: 0.995, blockCode: 0.98, reason: 0.97 };

/** What of a rejection is right. */
function compare(found: Found | undefined, expected: Labels): Record<Kind, boolean> {
  if (!found) return { provider: false, address: false, codes: false, blockCode: false, reason: false };
  const addresses = [expected.blocked_ip, ...(expected.blocked_ip_also ?? [])].map((ip) =>
    isAddress(ip) ? ip : '-',
  );
  return {
    provider: [expected.provider, ...(expected.provider_also ?? [])]
      .map(known)
      .includes(shown(found.provider)),
    address: addresses.includes(shown(found.ip)),
    codes:
      shown(found.replyCode) === expected.smtp_code && shown(found.enhancedCode) === expected.enhanced_code,
    blockCode: sameCode(found, expected),
    reason: [expected.reason, ...(expected.also ?? [])].includes(shown(found.reason)),
  };
}

const share = (results: boolean[]): number => results.filter(Boolean).length / Math.max(results.length, 1);
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

t.test('single replies', { skip }, (t) => {
  const rows = readLines<Labels & { text: string }>('rejections.jsonl');
  const judged = rows.map((row) => {
    const report = parse(row.text);
    const labels = NAMES_NOBODY.has(row.id) ? { ...row, provider: '-' } : row;
    return { row, report, right: compare(report.rejections[0] ?? report.notBlocks[0], labels) };
  });
  const ours = judged.filter(({ row }) => catalogue.byKey.has(row.provider));
  for (const kind of KINDS) {
    const counted = kind === 'provider' ? ours.filter(({ row }) => !NAMES_NOBODY.has(row.id)) : ours;
    const value = share(counted.map(({ right }) => right[kind]));
    for (const { row, right } of counted) if (!right[kind]) t.comment(`${kind}: ${row.id}`);
    t.ok(value >= FLOORS[kind], `${kind} ${percent(value)} of ${counted.length}`);
  }
  const named = ours.filter(({ row, right }) => right.provider && !NAMES_NOBODY.has(row.id));
  t.comment(
    `provider ${percent(named.length / ours.length)} of all ${ours.length}, also those that name nobody`,
  );
  const wrong = ours.filter(
    ({ row, right, report }) =>
      !right.provider &&
      !NAMES_NOBODY.has(row.id) &&
      (report.rejections[0] ?? report.notBlocks[0])?.provider != null,
  );
  t.same(
    wrong.map(({ row }) => row.id),
    [],
    'who is not recognised is called unknown, never by another name',
  );
  const guessed = judged.filter(({ row, right }) => NAMES_NOBODY.has(row.id) && !right.provider);
  t.same(
    guessed.map(({ row }) => row.id),
    [],
    'nobody is named by words that any receiver uses',
  );
  const others = judged.filter(({ row }) => !catalogue.byKey.has(row.provider));
  const reasons = share(others.map(({ right }) => right.reason));
  t.ok(reasons >= FLOORS.reason, `reason ${percent(reasons)} of ${others.length} of other providers`);
  const pairs = judged.map(({ row, report, right }) => {
    const found = report.rejections[0] ?? report.notBlocks[0];
    // A reason that the labels allow beside the first one is right.
    return { is: row.reason, read: right.reason ? row.reason : shown(found?.reason) };
  });
  for (const line of confusion(pairs)) t.comment(line);
  const falseBlocks = judged.filter(
    ({ row, report }) => row.reason === 'not-a-block' && report.rejections.length > 0,
  );
  t.same(
    falseBlocks.map(({ row }) => row.id),
    [],
    'nothing that is no block is taken for one',
  );
  t.end();
});

t.test('whole inputs', { skip }, (t) => {
  const rows = readLines<{ id: string; text: string; expect: Labels[] }>('inputs.jsonl');
  let expected = 0;
  let right = 0;
  const surplus: string[] = [];
  for (const row of rows) {
    const left = [...parse(row.text).rejections];
    for (const labels of row.expect) {
      expected += 1;
      const domains = [labels.recipient_domain, ...(labels.recipient_domain_also ?? [])];
      const at = left.findIndex(
        (found) =>
          Object.values(compare(found, labels)).every(Boolean) &&
          domains.includes(shown(found.recipientDomain)) &&
          shown(found.temporary) === shown(labels.temporary),
      );
      if (at < 0) t.comment(`missed in ${row.id}: ${labels.provider} ${labels.smtp_code} ${labels.reason}`);
      else {
        right += 1;
        left.splice(at, 1);
      }
    }
    if (row.expect.length === 0 && left.length > 0) surplus.push(row.id);
  }
  t.ok(right / expected >= 0.99, `${right} of ${expected} rejections are right in every field`);
  t.same(surplus, [], 'no block is seen where there is none');
  t.end();
});

t.test('whole mails', { skip }, (t) => {
  const rows = readFileSync(join(CORPUS, 'expected.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  const classes: Record<string, string> = { 'user-unknown': 'not-a-block', 'mailbox-full': 'not-a-block' };
  let right = 0;
  const falseBlocks: string[] = [];
  const fields: { file: string; right: Record<Kind, boolean> }[] = [];
  for (const [
    file = '',
    provider = '',
    blocked_ip = '',
    smtp_code = '',
    enhanced_code = '',
    reasonClass = '',
  ] of rows) {
    const report = parse(readFileSync(join(CORPUS, 'emails', file)));
    if (reasonClass.endsWith('-report')) {
      if (report.format === 'complaint' && report.rejections.length === 0) right += 1;
      else t.comment(`complaint: ${file}`);
      continue;
    }
    const reason = classes[reasonClass] ?? reasonClass;
    if (reason === 'not-a-block' && report.rejections.length > 0) falseBlocks.push(file);
    const judged = [...report.rejections, ...report.notBlocks].map((found) =>
      compare(found, {
        provider,
        blocked_ip,
        smtp_code,
        enhanced_code,
        reason,
        provider_code: shown(found.blockCode),
        id: file,
        recipient_domain: '-',
        temporary: '-',
      }),
    );
    const count = (each: Record<string, boolean>): number => Object.values(each).filter(Boolean).length;
    const best =
      judged.toSorted((one, other) => count(other) - count(one))[0] ?? compare(undefined, NO_LABELS);
    fields.push({ file, right: best });
    const missed = KINDS.filter((kind) => !best[kind]);
    if (missed.length === 0) right += 1;
    else t.comment(`mail: ${file}: ${missed.join(', ')}`);
  }
  for (const kind of KINDS) {
    const all = share(fields.map((each) => each.right[kind]));
    const told = fields.filter(({ file }) => AT_ODDS[file] !== kind);
    const value = share(told.map((each) => each.right[kind]));
    t.comment(`${kind} ${percent(all)} of all ${fields.length} bounces, also those at odds`);
    t.ok(value >= FLOORS[kind], `${kind} ${percent(value)} of ${told.length} bounces`);
  }
  t.ok(right / rows.length >= 0.95, `${right} of ${rows.length} mails are right in every field`);
  t.same(falseBlocks, [], 'no ordinary bounce is taken for a block');
  t.end();
});
