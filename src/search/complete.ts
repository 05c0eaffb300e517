import type { Db } from '../database/open.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { tagChoices } from '../tags/store.ts';
import { OPERATORS, type Operator, shapeOf } from './operators.ts';

/** An operator as the field completes it. A value: what is put in, and what it is called. */
export type Completion = {
  name: string;
  about: string;
  example: string;
  values: { value: string; words: string }[];
};

const MOST_PEOPLE = 200;

/** All that can be completed: operators with their values. */
export async function completions(db: Db, catalogue: Catalogue): Promise<Completion[]> {
  const tags = await tagChoices(db);
  const people = await db
    .selectFrom('users')
    .select('name')
    .where('disabled_at', 'is', null)
    .orderBy('name')
    .limit(MOST_PEOPLE)
    .execute();
  const live: Partial<Record<Operator, Completion['values']>> = {
    provider: catalogue.providers.map(({ key, name }) => ({ value: key, words: name })),
    tag: tags.map((value) => ({ value, words: '' })),
    assignee: [
      { value: 'me', words: 'you' },
      { value: 'none', words: 'nobody' },
      ...people.map(({ name }) => ({
        value: /\s/.test(name) ? `"${name.replaceAll('"', '')}"` : name,
        words: '',
      })),
    ],
  };
  return (Object.keys(OPERATORS) as Operator[]).map((name) => {
    const { about, example, values = [] } = shapeOf(name);
    return { name, about, example, values: live[name] ?? values.map((value) => ({ value, words: '' })) };
  });
}
