import t from 'tap';
import { aTokenIsNoSession, everyRouteForEverybody, nothingWithoutItsToken } from './access.walk.ts';
import { everyCallIsDeclared, noSchemaNamesSecrets } from './answers.walk.ts';
import { noCallTakesMore, tablesWith } from './bodies.walk.ts';
import {
  askAmiss,
  contentOf,
  everyAnswerIsAsDeclared,
  everyPageIsThere,
  givenAway,
  noPageGivesAway,
  readAll,
} from './reads.walk.ts';
import { noFormGivesAway } from './refusals.walk.ts';
import { submitForms, TAKES_AWAY, walkedDesk } from './walked-desk.fixture.ts';
import { everyWriteAnswersAsDeclared } from './writes.walk.ts';

/** Walks over all routes that the application has, on one desk that has something behind each of them. */
t.test('the route table is walked', { timeout: 290_000 }, async (t) => {
  const walked = await walkedDesk(t);
  const { db } = walked.desk;
  const before = await contentOf(db);

  const reads = await readAll(walked);
  await t.test('no GET writes: every page is opened, and every table is as before', async (t) => {
    everyPageIsThere(t, walked, reads);
    t.strictSame(await contentOf(db), before);
  });
  await t.test('no form and no call counts without its CSRF token', async (t) => {
    await nothingWithoutItsToken(t, walked);
    t.strictSame(await contentOf(db), before, 'and nothing was written');
  });
  await t.test('every read of the API answers by its schema', async (t) => {
    everyCallIsDeclared(t, walked);
    noSchemaNamesSecrets(t, walked);
    everyAnswerIsAsDeclared(t, reads);
  });
  await t.test(
    'canaries: no page, export or answer shows a secret, or the name it was asked under',
    async (t) => noPageGivesAway(t, walked, reads),
  );
  await t.test('every body of the API refuses a key that it does not name', async (t) =>
    noCallTakesMore(t, walked),
  );
  await t.test('canaries: no form that is refused or sent too late shows a secret', async (t) =>
    noFormGivesAway(t, walked),
  );
  await t.test(
    'every route × role × session, token and none: in, refused or unknown by its access',
    async (t) => {
      await everyRouteForEverybody(t, walked);
      await aTokenIsNoSession(t, walked);
    },
  );
  await t.test('every write of the API answers by its schema', async (t) =>
    everyWriteAnswersAsDeclared(t, walked),
  );
  await t.test('a field that is none of a form’s own has no effect', async (t) => {
    t.strictSame(walked.refused, [], 'forms take what is theirs');
    await submitForms(walked, (route) => TAKES_AWAY.test(route));
    t.strictSame(await tablesWith(db, 'zqextra'), []);
  });
  await t.test('canaries: nothing of all this is in the log', async (t) => {
    await askAmiss(walked);
    t.match(walked.logged(), '/api/v1/incidents', 'requests are logged');
    t.notMatch(walked.logged(), /"path":"\/calendar\/(?!:secret)/);
    t.strictSame(givenAway(walked.canaries, walked.logged()), []);
  });
});
