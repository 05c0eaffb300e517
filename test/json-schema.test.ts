import t from 'tap';
import { Type as TypeBox } from 'typebox';
import { Type } from '../src/json-schema.ts';

/** The same schemas, built by each. */
const built = (b: typeof Type) => ({
  plain: [b.String(), b.Integer(), b.Number(), b.Boolean(), b.Null(), b.Unknown()],
  options: [
    b.String({
      minLength: 1,
      maxLength: 9,
      pattern: '^a',
      format: 'uri',
      description: 'a text',
      default: 'a',
    }),
    b.Integer({ minimum: 1, maximum: 200, default: 50 }),
    b.Number({ exclusiveMinimum: 0 }),
    b.Boolean({ default: false }),
    b.Unknown({ description: 'anything' }),
  ],
  array: [b.Array(b.String()), b.Array(b.Integer(), { minItems: 1, maxItems: 3, uniqueItems: true })],
  enum: [b.Enum(['a', 'b']), b.Enum(['a', 'b'], { default: 'a', description: 'one of them' })],
  union: [
    b.Union([b.String(), b.Null()]),
    b.Union([b.Object({ a: b.String() }), b.Array(b.String())], { description: 'either' }),
  ],
  object: [
    b.Object({}),
    b.Object({ a: b.String(), b: b.Optional(b.Integer()) }),
    b.Object({ a: b.Optional(b.String()) }, { additionalProperties: false }),
    b.Object({ inner: b.Object({ deep: b.Optional(b.Array(b.Object({ x: b.Number() }))) }) }),
  ],
  record: [
    b.Record(b.String(), b.Unknown()),
    b.Record(b.String({ pattern: '^[a-z]+$' }), b.Array(b.String()), { additionalProperties: false }),
    b.Record(b.Enum(['a', 'b']), b.Integer()),
  ],
  unsafe: [b.Unsafe<string>({ type: 'string', format: 'date' })],
});

t.test('schemas are those that TypeBox builds', async (t) => {
  const [ours, theirs] = [built(Type), built(TypeBox)];
  for (const [name, schemas] of Object.entries(ours))
    t.strictSame(schemas, JSON.parse(JSON.stringify(theirs[name as keyof typeof theirs])), name);
});

t.test('an optional schema leaves the one that it was made of as it was', async (t) => {
  const text = Type.String();
  const optional = Type.Object({ text: Type.Optional(text) });
  t.strictSame(optional, { type: 'object', properties: { text: { type: 'string' } } });
  t.strictSame(Type.Object({ text }), {
    type: 'object',
    required: ['text'],
    properties: { text: { type: 'string' } },
  });
});
