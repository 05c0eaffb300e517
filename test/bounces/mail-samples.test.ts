import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from './parsing.fixture.ts';

/** Mails as the makes write them, with what they say; of one that refuses nothing, a row says so. */
const FOLDER = new URL('../fixtures/mails/', import.meta.url);
const [, ...ROWS] = readFileSync(new URL('../fixtures/mails.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

function rowsOf(name: string): string[] {
  const { format, rejections, notBlocks } = parse(readFileSync(new URL(`${name}.eml`, FOLDER)));
  const found = [...rejections, ...notBlocks].sort((a, b) => a.line - b.line);
  if (found.length === 0) return [[name, format, '-', '-', '-', '-', '-'].join('\t')];
  return found.map(({ provider, reason, ip, replyCode, enhancedCode, recipient }) => {
    const codes = [replyCode, enhancedCode].filter((code) => code !== null).join(' ');
    return [name, format, provider ?? '-', reason, ip ?? '-', codes || '-', recipient ?? '-'].join('\t');
  });
}

const names = readdirSync(FOLDER).map((file) => file.replace(/\.eml$/, ''));
for (const name of names) {
  t.test(`a mail: ${name.replaceAll('-', ' ')}`, (t) => {
    const expected = ROWS.filter((row) => row.startsWith(`${name}\t`));
    t.same(rowsOf(name).sort(), expected.toSorted());
    t.not(expected.length, 0);
    t.end();
  });
}
