import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { check } from 'recheck';
import t from 'tap';
import { MARKED_REFERENCE, NAMED_REFERENCE } from '../../src/correspondence/reading/ticket-reference.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { KNOWN_ALREADY } from '../known-already.ts';

const folder = resolve(import.meta.dirname, '../../src/correspondence');
const FILES = [
  'reading/html-quotes',
  'entered-fields',
  'mark-words',
  'message-page',
  'sanitise',
  'source-text',
  'visible-signs',
  'reading/newest-part',
  'reading/near-words',
  'reading/phrase-book',
  'reading/read-sentence',
  'reading/phrase-pattern',
  'reading/reply-provider',
  'reading/reply-table',
  'reading/reply-text',
  'reading/sender',
  'reading/sentences',
  'reading/sorted-addresses',
  'reading/ticket-reference',
  'reading/tokens',
  '../snds/csv',
  '../snds/snds-file',
  '../snds/us-time',
  '../complaints/complaint',
  '../complaints/fields',
];
const LITERAL =
  /(?<=[(=,:[]\s?|^\s{2,6})\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.){0,300}\]){1,400})\/([dgimsuvy]{0,5})(?=[\s.,;)\]])/gm;

/** Bounds by characters read, none by time: a busy machine comes to the same result. */
const BOUNDS = {
  attackLimit: 10_000_000,
  attackTimeout: null,
  incubationTimeout: null,
  seedingTimeout: null,
  recallTimeout: -1,
  timeout: null,
};

function literalsOf(file: string): { source: string; flags: string }[] {
  const text = readFileSync(resolve(folder, `${file}.ts`), 'utf8').replace(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, '');
  return [...text.matchAll(LITERAL)].map((match) => ({ source: match[1] ?? '', flags: match[2] ?? '' }));
}

t.test(
  'no expression over outside input is vulnerable',
  { timeout: 300_000, skip: KNOWN_ALREADY },
  async (t) => {
    t.ok(readdirSync(resolve(folder, 'reading')).includes('classify.ts'));
    const literals = FILES.flatMap((file) => literalsOf(file).map((one) => ({ ...one, where: file })));
    t.ok(literals.length >= 25, `${literals.length} expressions found`);
    const tickets = readCatalogue().providers.flatMap((provider) =>
      provider.tickets.map(({ pattern }) => ({ source: pattern, flags: 'iu', where: provider.key })),
    );
    const built = [NAMED_REFERENCE, MARKED_REFERENCE].map(({ source, flags }) => ({
      source,
      flags,
      where: 'built',
    }));
    for (const { source, flags, where } of [...literals, ...tickets, ...built]) {
      const result = await check(source, flags.replace('g', ''), BOUNDS);
      t.equal(result.status, 'safe', `${where}: /${source.slice(0, 80)}/`);
    }
  },
);
