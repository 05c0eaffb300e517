import t from 'tap';
import { claimRecords } from '../../../src/evidence/claim-records.ts';
import { kindTitles } from '../../../src/evidence/kind-titles.ts';
import { keepSnapshot, snapshotsAt, standingSnapshots } from '../../../src/evidence/snapshots.ts';
import { BOOTSTRAP, PROFILE, REFUSAL, signedIn, testDesk } from '../../desk.ts';
import { multipart, PNG } from '../pictures/pictures.fixture.ts';

const IP = '203.0.113.7';
const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

async function desk(t: Parameters<typeof testDesk>[0]) {
  const given = await testDesk(t);
  await given.api('POST', '/incidents', { report: REFUSAL });
  await given.api('PUT', '/profile', PROFILE);
  const read = (place: string, value: string, more: object = {}, subject = IP) =>
    given.api('POST', `/evidence/${subject}/places/${place}/readings`, { value, ...more });
  return { ...given, read };
}

t.test(
  'what was read stands as evidence, with its history, and a second look is one of its own',
  async (t) => {
    const { db, api, read } = await desk(t);
    t.equal(
      (await read('talos', 'poor', { readAt: daysAgo(20).toISOString(), note: 'after the move' })).status,
      201,
    );
    t.equal((await read('talos', 'Good', { readAt: daysAgo(16).toISOString() })).status, 201);
    t.equal((await read('talos', 'Good', { readAt: daysAgo(15).toISOString() })).status, 201);
    const places = (await api('GET', `/evidence/${IP}/places`)).body.items;
    const talos = places.find((one: { key: string }) => one.key === 'talos');
    t.match(talos, { last: { value: 'Good', tooOld: true, note: '' }, kind: 'place-talos', claim: null });
    t.match(talos.url, IP);
    t.notOk(
      places.some((one: { key: string }) => one.key === 'yahoo-sender-hub'),
      'that is about domains',
    );
    const history = (await api('GET', `/evidence/${IP}/places/talos/readings`)).body;
    t.match(history, {
      items: [{ value: 'Good' }, { value: 'Good' }, { value: 'Poor', note: 'after the move' }],
      next: null,
    });
    const standing = await standingSnapshots(db, { networks: [IP], domains: [] });
    t.match(
      standing.filter(({ kind }) => kind === 'place-talos'),
      [{ outcome: 'good', summary: 'Good' }],
    );
    t.match(
      (await snapshotsAt(db, { address: IP }, daysAgo(18))).filter(({ kind }) => kind === 'place-talos'),
      [{ summary: 'Poor' }],
      'what was known then is still known',
    );
    await read('talos', 'Poor', { readAt: daysAgo(30).toISOString() });
    t.match(
      (await standingSnapshots(db, { networks: [IP], domains: [] })).filter(
        ({ kind }) => kind === 'place-talos',
      ),
      [{ summary: 'Good' }],
      'an older look, told late, changes nothing of what stands',
    );
  },
);

t.test('what is too old is neither good nor bad news on any page', async (t) => {
  const given = await desk(t);
  const browser = await signedIn(given, 'viewer');
  const row = async (path: string) =>
    /<(?:li|summary) data-is="[^"]*">(?:(?!<\/(?:li|summary)>).)*<b>Proofpoint IP check<\/b>.*?<\/(?:li|summary)>/s.exec(
      (await browser.get(path)).body,
    )?.[0] ?? '';
  const pages = ['/incidents/1', `/evidence/${IP}`, `/addresses/${IP}`];
  await given.read('proofpoint', 'not blocked', { readAt: daysAgo(9).toISOString() });
  for (const path of pages)
    t.match(await row(path), /data-is="">.*not blocked, read too long ago to count/s, path);
  await given.read('proofpoint', 'not blocked');
  for (const path of pages) {
    t.match(await row(path), 'data-is="good"', path);
    t.notMatch(await row(path), 'too long', path);
  }
});

t.test('the history is paged, and a page never repeats', async (t) => {
  const { api, read } = await desk(t);
  const readAt = daysAgo(1).toISOString();
  for (let one = 0; one < 5; one += 1) await read('talos', 'Good', { readAt, note: String(one) });
  const seen: number[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await api(
      'GET',
      `/evidence/${IP}/places/talos/readings?limit=2${cursor && `&cursor=${cursor}`}`,
    );
    seen.push(...body.items.map(({ id }: { id: number }) => id));
    cursor = body.next;
  }
  t.strictSame(
    seen,
    [...new Set(seen)].sort((a, b) => b - a),
  );
  t.equal(seen.length, 5);
});

t.test('whoever pages back while recording for an incident still records for it', async (t) => {
  const given = await desk(t);
  for (let one = 0; one < 31; one += 1) await given.read('talos', 'Good', { note: String(one) });
  const browser = await signedIn(given);
  const { body } = await browser.get(`/evidence/${IP}/places/talos?incident=1`);
  const older = /href="([^"#]*)[^"]*" rel="next"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  t.match((await browser.get(older)).body, 'name="incident" value="1"');
});

t.test(
  'a value that the place does not have, or a subject that is not ours, is refused with what may be',
  async (t) => {
    const { db, api, read } = await desk(t);
    t.match(await read('talos', 'Excellent'), {
      status: 422,
      body: { fields: { value: /Good, Neutral, Poor/ } },
    });
    t.match(await read('talos', 'Good', {}, '198.51.100.9'), {
      status: 422,
      body: { fields: { subject: /none of our/ } },
    });
    t.match(await read('talos', 'Good', {}, 'harbour.example.com'), { status: 422 });
    t.match(await read('talos', 'Good', {}, '10.0.0.1'), { status: 422 }, 'a private address');
    t.match(await read('talos', 'Good', {}, 'fe80::1%25eth0'), { status: 422 }, 'one with a zone');
    t.match(await read('yahoo-sender-hub', '0.1', {}, 'other.example.com'), { status: 422 });
    t.equal((await read('nowhere', 'Good')).status, 404);
    t.equal((await read('talos', 'Good', { readAt: '2099-01-01T00:00:00Z' })).status, 422);
    t.equal((await read('talos', 'Good', { incident: 99 })).status, 404);
    await api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', '203.0.113.8') });
    t.match(await read('talos', 'Good', { incident: 2 }), {
      status: 422,
      body: { fields: { incident: /none of/ } },
    });
    t.strictSame(await db.selectFrom('place_readings').selectAll().execute(), [], 'nothing of it was kept');
  },
);

t.test('only what was recorded for an incident is told in its timeline', async (t) => {
  const { api, read } = await desk(t);
  await read('talos', 'Poor');
  const kinds = async () =>
    (await api('GET', '/incidents/1/timeline')).body.items.filter(
      (one: { kind: string }) => one.kind === 'place-read',
    );
  t.strictSame(await kinds(), []);
  await read('talos', 'Poor', {
    incident: 1,
    note: 'for the letter',
    pictures: [{ name: 'talos.png', base64: PNG.toString('base64') }],
  });
  t.match(await kinds(), [
    {
      summary: /Cisco Talos, 203.0.113.7: Poor/,
      detail: { value: 'Poor', outcome: 'bad', note: 'for the letter', pictures: [{ name: 'talos.png' }] },
    },
  ]);
});

t.test(
  'screenshots are kept byte for byte, shown by pages of ours, and downloads by themselves',
  async (t) => {
    const given = await desk(t);
    const browser = await signedIn(given);
    const place = `/evidence/${IP}/places/proofpoint`;
    await browser.get(place);
    const send = (fields: Record<string, string>, files: { name: string; bytes: Buffer }[]) =>
      given.app.inject({
        method: 'POST',
        url: place,
        ...multipart(
          { _csrf: browser.csrf, ...fields },
          files.map((file) => ({ field: 'pictures', ...file })),
        ),
        headers: {
          ...multipart({}, []).headers,
          cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        },
      });
    const two = [
      { name: 'one.png', bytes: PNG },
      { name: '"><script>x</script>.html', bytes: PNG },
    ];
    const answer = await send({ value: 'blocked', note: 'seen <b>twice</b>' }, two);
    t.equal(answer.statusCode, 303, answer.body.slice(0, 2000));
    const page = await browser.get(place);
    t.match(page.body, 'seen &lt;b&gt;twice&lt;/b&gt;');
    t.notMatch(page.body, '<script>x');
    const links = [...page.body.matchAll(/<img src="(\/evidence-files\/\d+)"/g)].map(
      ([, link]) => link ?? '',
    );
    t.equal(links.length, 2);
    const shown = await browser.get(links[1] ?? '');
    t.ok(shown.rawPayload.equals(PNG));
    t.match(shown.headers, {
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'content-disposition': /^attachment; filename="/,
    });
    t.equal((await browser.get('/evidence-files/9999')).statusCode, 404);
    const wrong = await send({ value: 'blocked', note: 'kept' }, [
      { name: 'a.png', bytes: Buffer.from('<svg/>') },
    ]);
    t.equal(wrong.statusCode, 422);
    t.match(wrong.body, /“a.png” is no PNG/);
    t.match(wrong.body, '\nkept</textarea>', 'what was typed is there again');
    t.equal(
      (await given.db.selectFrom('place_readings').selectAll().execute()).length,
      1,
      'and nothing was kept of it',
    );
  },
);

t.test('a fact of an incident has screenshots too, in its timeline', async (t) => {
  const given = await desk(t);
  const body = { claim: 'no-public-listing', result: 'supports', words: '0 of 42 lists', source: 'by hand' };
  const made = await given.api('POST', '/incidents/1/evidence', {
    ...body,
    pictures: [{ name: 'lists.png', base64: PNG.toString('base64') }],
  });
  t.equal(made.status, 201);
  const page = await (await signedIn(given, 'viewer')).get('/incidents/1');
  const [, id] = /<img src="\/evidence-files\/(\d+)"/.exec(page.body) ?? [];
  const file = await given.app.inject({
    url: `/api/v1/evidence-files/${id}`,
    headers: { authorization: `Bearer ${BOOTSTRAP}` },
  });
  t.ok(file.rawPayload.equals(PNG), 'and over the API');
  const refused = await given.api('POST', '/incidents/1/evidence', {
    ...body,
    pictures: [{ name: 'x.png', base64: Buffer.from('<svg/>').toString('base64') }],
  });
  t.equal(refused.status, 422);
  t.equal((await given.db.selectFrom('evidence').selectAll().execute()).length, 1);
});

t.test('letters may rest on what was read; a program that could not find out does not undo it', async (t) => {
  const { db, read } = await desk(t);
  const titles = await kindTitles();
  const records = async () =>
    claimRecords(
      await standingSnapshots(db, { networks: [IP], domains: PROFILE.sendingDomains }),
      [IP],
      titles,
    );
  const check = (result: 'unknown' | 'contradicts' | 'supports') =>
    db.transaction().execute((trx) =>
      keepSnapshot(
        trx,
        'sender-score',
        { address: IP },
        {
          outcome: 'unknown',
          summary: result,
          facts: [],
          claims: [{ claim: 'sender-score', result, words: result }],
          raw: {},
        },
        new Date(),
      ),
    );
  await read('sender-score', '99', { readAt: daysAgo(1).toISOString() });
  await check('unknown');
  t.match(await records(), [
    { claim: 'sender-score', result: 'supports', source: /^looked up by hand: Sender Score/ },
  ]);
  await read('sender-score', '60', { readAt: daysAgo(0.5).toISOString() });
  await check('supports');
  t.match(
    await records(),
    [{ result: 'contradicts', words: '60 of 100' }],
    'until somebody looks there again',
  );
  await read('sender-score', '99');
  await check('contradicts');
  t.match(await records(), [
    { claim: 'sender-score', result: 'contradicts', source: /^checked by Delist Desk/ },
  ]);
});

t.test('a low rate at Gmail is no answer to a high one elsewhere, however new it is', async (t) => {
  const { db, read } = await desk(t);
  await db.transaction().execute((trx) =>
    keepSnapshot(
      trx,
      'snds',
      { address: IP },
      {
        outcome: 'bad',
        summary: 'red',
        facts: [],
        claims: [{ claim: 'complaint-rate-low', result: 'contradicts', words: '0.9% at Microsoft' }],
        raw: {},
      },
      daysAgo(1),
    ),
  );
  t.equal((await read('postmaster-tools-spam-rate', '0.02', {}, 'harbour.example.com')).status, 201);
  const snapshots = await standingSnapshots(db, { networks: [IP], domains: PROFILE.sendingDomains });
  t.match(claimRecords(snapshots, [IP], await kindTitles()), [
    { result: 'contradicts', words: '0.9% at Microsoft' },
  ]);
});

t.test('the checklist goes by the rate that was read, and says where to read it', async (t) => {
  const given = await desk(t);
  const browser = await signedIn(given, 'viewer');
  const rule = async () => {
    const { body } = await browser.get(`/evidence/${IP}/checklist`);
    return /<tr[^>]*>(?:(?!<\/tr>).)*Fewer than 0\.3%.*?<\/tr>/s.exec(body)?.[0] ?? '';
  };
  t.match(await rule(), /unknown: .*Gmail shows the rate in Postmaster Tools/s);
  await given.read('postmaster-tools-spam-rate', '0.31', {}, 'harbour.example.com');
  t.match(await rule(), /fail: .*0\.31%/s);
  await given.read('postmaster-tools-spam-rate', '0.05', {}, 'harbour.example.com');
  t.match(await rule(), /pass: .*0\.05%/s);
});
