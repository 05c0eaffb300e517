import t from 'tap';
import { DRESSINGS } from './dressing.fixture.ts';
import { meanings, REPLIES } from './meaning.fixture.ts';

for (const [name, dress] of Object.entries(DRESSINGS)) {
  t.test(`what a reply means is the same in: ${name}`, (t) => {
    let tried = 0;
    for (const reply of REPLIES) {
      const input = dress(reply);
      if (input === null) continue;
      tried += 1;
      const [found, expected] = [meanings(input), meanings(`host mx1.example.net said: ${reply}`)];
      if (JSON.stringify(found) !== JSON.stringify(expected)) t.same(found, expected, reply);
    }
    t.ok(tried > 50, `${tried} replies`);
    t.end();
  });
}
