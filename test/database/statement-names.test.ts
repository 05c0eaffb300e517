import t from 'tap';
import { statementNames } from '../../src/database/statement-names.ts';

const third = (nameOf: (text: string) => string | undefined, text: string) => {
  nameOf(text);
  nameOf(text);
  return nameOf(text);
};

t.test('a statement has a name from its third use on, and keeps it', async (t) => {
  const nameOf = statementNames();
  const text = 'select "a" from "b" where "c" = $1';
  t.equal(nameOf(text), undefined);
  t.equal(nameOf(text), undefined);
  const name = nameOf(text);
  t.type(name, 'string');
  t.equal(nameOf(text), name);
  t.not(third(nameOf, `${text} limit $2`), name);
});

t.test('no name for what is planned by its values, or is no statement with a plan', async (t) => {
  const nameOf = statementNames();
  for (const text of [
    'begin',
    'set local statement_timeout = 0',
    'select 1 from search_texts where words @@ $1',
    'select 1 from addresses where network <<= $1',
    'select 1 from addresses where network && $1',
    'select 1 from addresses where $1::cidr && network',
    'select 1 from addresses where label like $1',
    'select 1 from addresses where network <<= any($1::cidr[])',
    'select 1 from addresses where $1::cidr >>= network',
    'select 1 from addresses where label ~* $1',
    'select count(*) from incidents where opened_at >= $1 and opened_at < $2',
    'select count(*) from incidents where opened_at between $1::timestamptz and $2',
    'select count(*) from spans where since < $1 and until > $2',
    'select count(*) from incidents as "i" where "i"."opened_at" >= $1 and "i"."opened_at" < $2',
    `insert into a values ${'($1),'.repeat(2000)}($2)`,
  ])
    t.equal(third(nameOf, text), undefined, text.slice(0, 60));
  t.ok(third(nameOf, `select detail ->> 'text' as words, detail -> 'of' as part from entries where id = $1`));
  t.ok(third(nameOf, 'select 1 from incidents where (opened_at, number) < ($1, $2)'));
  t.ok(third(nameOf, 'with a as (select 1) select * from a'));
  t.ok(third(nameOf, 'select 1 from sessions where token_hash = $1 and expires_at > $2 and used_at > $3'));
  t.ok(
    third(nameOf, 'select 1 from addresses a join addresses b on b.network <<= a.network where a.id = $1'),
  );
  t.ok(third(nameOf, 'select 1 from addresses a join addresses b on a.network && b.network where a.id = $1'));
  t.ok(third(nameOf, `select 1 from snapshots where kind like 'place-%' and last_seen_at <= $1`));
  t.ok(third(nameOf, 'select 1 from incidents where ended between $1 and opened_at and number = $2'));
  t.ok(third(nameOf, 'insert into a (n) values ($1) returning id'));
});

t.test('names are bounded, however many texts there are', async (t) => {
  const nameOf = statementNames();
  const named = new Set<string>();
  for (let n = 0; n < 5000; n++) {
    const name = third(nameOf, `select ${n}`);
    if (name) named.add(name);
  }
  t.equal(named.size, 250);
  t.equal(nameOf('select 3'), 'desk_4', 'the first ones keep theirs');
});
