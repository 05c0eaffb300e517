import { pathToFileURL } from 'node:url';
import t from 'tap';
import { BadDataFile, check, readData } from '../src/data-file.ts';
import { Type } from '../src/json-schema.ts';

const closed = { additionalProperties: false };
const Hour = Type.Union([Type.Number(), Type.Enum(['never', 'always'])]);
const Schema = Type.Object(
  {
    kind: Type.Enum(['form', 'email']),
    hosts: Type.Optional(
      Type.Array(Type.String({ pattern: '^[a-z.]+$', maxLength: 20 }), { maxItems: 2, uniqueItems: true }),
    ),
    after: Type.Optional(Hour),
    rounds: Type.Optional(Type.Integer({ minimum: 1 })),
    rules: Type.Optional(Type.Array(Type.Object({ id: Type.String(), text: Type.String() }, closed))),
  },
  closed,
);

t.test('what is wrong is said with its place, what stands there and what may', async (t) => {
  for (const [data, told] of [
    [{ kind: 'emial' }, '/kind is "emial"; did you mean email? It can be form, email'],
    [{ kind: 'telephone' }, '/kind is "telephone"; it can be form, email'],
    [{}, '/ lacks the key "kind"'],
    [
      { kind: 'form', host: [] },
      '/ has the key "host", which is none; did you mean hosts? It can be kind, hosts, after, rounds, rules',
    ],
    [{ kind: 'form', hosts: 'a' }, '/hosts is "a" and has to be a list'],
    [{ kind: 'form', hosts: ['MX'] }, '/hosts/0 is "MX" and has to be like ^[a-z.]+$'],
    [{ kind: 'form', hosts: ['a', 'a'] }, '/hosts has "a" twice, at 0 and 1'],
    [{ kind: 'form', hosts: ['a', 'b', 'c'] }, '/hosts is ["a","b","c"]: its entries can be at most 2'],
    [{ kind: 'form', rounds: 0 }, '/rounds is 0: it has to be at least 1'],
    [{ kind: 'form', after: 'soon' }, '/after is "soon", which has none of the forms that it can have'],
    [{ kind: 'form', rules: [{ id: 'rate', text: 1 }] }, '/rules/0/text (of rate) is 1 and has to be a text'],
    [{ kind: 'x'.repeat(99) }, `/kind is "${'x'.repeat(59)}…; it can be form, email`],
    [null, '/ is null and has to be an object'],
  ] as const)
    t.equal(check(Schema, data), told);
  t.equal(check(Schema, { kind: 'form', after: 'never' }), undefined);
});

t.test('a file is named as people name it', async (t) => {
  const folder = t.testdir({ 'good.json': '{"kind":"form"}', 'bad.json': '{"kind":}', 'odd.json': '{}' });
  const file = (name: string) => pathToFileURL(`${folder}/${name}`);
  t.strictSame(readData(Schema, file('good.json')), { kind: 'form' });
  t.throws(() => readData(Schema, file('bad.json')), BadDataFile);
  t.throws(() => readData(Schema, file('bad.json')), {
    message: /^\.tap\/fixtures\/.*bad\.json: not JSON: /,
  });
  t.throws(() => readData(Schema, file('odd.json')), { message: /odd\.json: \/ lacks the key "kind"$/ });
});
