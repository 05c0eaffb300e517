import t from 'tap';
import { tagName, tagNames } from '../../src/tags/tag.ts';

t.test('a tag is the same however it is typed', async (t) => {
  for (const typed of ['Black Friday', ' #black  friday ', 'BLACK-FRIDAY', 'Ｂｌａｃｋ friday'])
    t.equal(tagName(typed), 'black-friday');
  t.equal(tagName('Größe:XL'), 'größe:xl');
  t.strictSame(tagNames('a, B,,b\n c d'), ['a', 'b', 'c-d']);
});

t.test('what is no name is refused with its field', async (t) => {
  for (const typed of ['', ' # ', '-', '<b>', 'a;b', 'a\u202eb', 'a\0b', 'x'.repeat(41)])
    t.throws(() => tagName(typed, 'add'), { code: 'invalid', fields: { add: /./ } }, JSON.stringify(typed));
});
