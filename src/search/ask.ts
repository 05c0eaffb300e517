import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { Viewer } from '../web/access.ts';
import { type Known, type Plan, peopleIn, planOf, wordsIn } from './plan.ts';
import type { Query } from './query.ts';

const CONFIGS = ['simple', 'english', 'german', 'french', 'italian', 'spanish', 'dutch'];

/** The forms by which words are found: as they are, and their stems in each language; every form once. */
async function formsOf(db: Db, texts: string[]): Promise<Map<string, string[]>> {
  if (texts.length === 0) return new Map();
  // Slashes part words in the index as well.
  const { rows } = await sql<{ place: number; form: string }>`
    select w.place::int as place, f.form::text as form
    from unnest(${texts.map((text) => text.replace(/[/\\]/g, ' '))}::text[]) with ordinality w (text, place)
    cross join unnest(${CONFIGS}::regconfig[]) with ordinality c (config, rank)
    cross join lateral (select phraseto_tsquery(c.config, w.text)) f (form)
    where numnode(f.form) > 0 order by w.place, c.rank`.execute(db);
  const forms = new Map<string, Set<string>>();
  for (const { place, form } of rows) {
    const text = texts[place - 1] ?? '';
    forms.set(text, (forms.get(text) ?? new Set()).add(form));
  }
  return new Map([...forms].map(([text, set]) => [text, [...set]]));
}

const MOST_NAMESAKES = 50;

async function peopleCalled(db: Db, names: string[], viewer: Viewer): Promise<Known['people']> {
  const found: Known['people'] = new Map();
  for (const name of new Set(names)) {
    if (name === 'none') found.set(name, [null]);
    // A token looks after nothing.
    else if (name === 'me') found.set(name, [viewer.userId ?? 0]);
    else {
      const like = `%${name.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
      const rows = await db
        .selectFrom('users')
        .select('id')
        .where((eb) =>
          eb.or([sql<boolean>`lower(name) like ${like}`, sql<boolean>`lower(email) = ${name.toLowerCase()}`]),
        )
        .orderBy('id')
        .limit(MOST_NAMESAKES)
        .execute();
      found.set(
        name,
        rows.map(({ id }) => id),
      );
    }
  }
  return found;
}

/** What a query asks of the index. */
export async function askOf(db: Db, query: Query, viewer: Viewer): Promise<Plan> {
  const [forms, people] = await Promise.all([
    formsOf(db, [...new Set(wordsIn(query))]),
    peopleCalled(db, peopleIn(query), viewer),
  ]);
  return planOf(query, { forms, people });
}
