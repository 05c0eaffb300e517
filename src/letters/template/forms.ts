/**
 * What a checked template consists of: the only forms that the interpreter knows. Names in them stand for values that
 * were looked up by {@link valuesOf}; `@words` and its like are set by the block around them; `this` and `this.column`
 * are of the row that `each` is at.
 */
export type Writer = 'plain' | 'time' | 'day' | 'list' | 'every';
export const WRITERS: readonly Writer[] = ['time', 'day', 'list', 'every'];

export type Test = { name: string; several: boolean };
export type Form =
  | { is: 'text'; text: string }
  | { is: 'value'; name: string; as: Writer }
  | { is: 'if'; test: Test; body: Form[]; otherwise: Form[] }
  | { is: 'claim'; key: string; body: Form[] }
  | { is: 'holds'; key: string; body: Form[]; otherwise: Form[] }
  | { is: 'any'; keys: string[]; body: Form[] }
  | { is: 'together'; how: 'fact' | 'intent'; words: [key: string, words: string][]; body: Form[] }
  | { is: 'each'; name: string; body: Form[]; otherwise: Form[] };
