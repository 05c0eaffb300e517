import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(`${ROOT}/${file}`, 'utf8');

/** The rows of src/docs/threats.md: number, fault, how we hold, and tests as `file` “name”. */
const ROWS = read('src/docs/threats.md')
  .split('\n')
  .map((line) => /^\| *(\d+) *\| (.+?) *\| (.+?) *\| (.+?) *\|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, number, fault = '', holds = '', shown = '']) => ({
    number: Number(number),
    fault,
    holds,
    tests: [...shown.matchAll(/`(test\/[\w/.-]+\.test\.ts)` “(.+?)”(?=; |$)/g)].map(
      ([, file = '', name = '']) => ({
        file,
        name,
      }),
    ),
    shown,
  }));

t.test('each of the forty threats is there once, and in its turn', async (t) => {
  t.strictSame(
    ROWS.map(({ number }) => number),
    Array.from({ length: 40 }, (_, at) => at + 1),
  );
});

t.test(
  'each has its tests, or says why it cannot occur here; every one that is named is there',
  async (t) => {
    const missing: string[] = [];
    for (const { number, tests, shown } of ROWS) {
      // Whatever is not read as a test would go unnoticed.
      const left = tests.reduce((text, { file, name }) => text.replace(`\`${file}\` “${name}”`, ''), shown);
      if (tests.length === 0 ? !left.startsWith('cannot occur: ') : /[^; ]/.test(left))
        missing.push(`${number}: ${left}`);
      for (const { file, name } of tests) {
        const source = read(file);
        if (!["'", '`'].some((quote) => source.includes(`${quote}${name}${quote}`)))
          missing.push(`${number}: ${file} “${name}”`);
      }
    }
    t.strictSame(missing, []);
  },
);
