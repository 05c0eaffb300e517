import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import t from 'tap';
import { dossierContents } from '../../src/dossier/contents.ts';
import { PART_NAMES, PARTS, type Part } from '../../src/dossier/parts.ts';
import { writePdf } from '../../src/dossier/pdf.ts';
import { readDossier } from '../../src/dossier/store.ts';
import { timelineBlocks } from '../../src/dossier/timeline-blocks.ts';
import { withoutNotes } from '../../src/dossier/without-notes.ts';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../desk.ts';
import {
  insertBeside,
  insertEntries,
  insertMessages,
  insertReports,
  insertScreenshots,
} from '../many-rows.ts';

const MAIL = [
  'From: Outlook Support <outlooksupport@microsoft.com>',
  'To: postmaster@harbour.example.com',
  'Subject: SRX1790000001ID',
  'Message-ID: <answer-1@example.com>',
  'Date: Thu, 05 Feb 2026 09:00:00 +0000',
  '',
  'Our review found that 203.0.113.7 does not qualify for mitigation.',
  '',
].join('\r\n');

/** The files of an archive, read by its directory (APPNOTE 4.3.12): name and octets. */
function unzip(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, packed] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((place) => zip.readUInt16LE(at + place)) as [
      number,
      number,
      number,
    ];
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const octets = zip.subarray(start, start + packed);
    files.set(zip.toString('utf8', at + 46, at + 46 + name), method === 8 ? inflateRawSync(octets) : octets);
    at += 46 + name + extra + comment;
  }
  return files;
}

async function filledDesk(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', { ...PROFILE, name: 'Harbour נמל אירוח' });
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const letter = await desk.api('POST', '/incidents/1/letters', {});
  await desk.api('POST', `/letters/${letter.body.id}/send`, {
    channel: 'form',
    reference: 'SRX1790000001ID',
  });
  await desk.app.inject({
    method: 'POST',
    url: '/api/v1/incidents/1/messages',
    headers: { authorization: 'Bearer a-bootstrap-token-for-tests', 'content-type': 'message/rfc822' },
    payload: MAIL,
  });
  await desk.api('POST', '/incidents/1/notes', { text: 'For us alone: the customer is leaving.' });
  return desk;
}

t.test('an incident as one PDF and as one archive that holds every source byte for byte', async (t) => {
  const desk = await filledDesk(t);
  const browser = await signedIn(desk, 'viewer');
  for (const paper of ['', '?paper=letter']) {
    const pdf = await browser.get(`/incidents/1/dossier.pdf${paper}`);
    t.equal(pdf.headers['content-type'], 'application/pdf');
    t.equal(pdf.headers['content-disposition'], 'attachment; filename="incident-1.pdf"');
    t.match(pdf.headers['content-security-policy'], /sandbox/);
    const text = pdf.rawPayload.toString('latin1');
    t.ok(text.startsWith('%PDF-1.7') && text.trimEnd().endsWith('%%EOF'));
    t.match(text, /\/Marked true/, 'tagged');
    t.match(text, paper ? /\/MediaBox \[0 0 612 792\]/ : /\/MediaBox \[0 0 595\.28 841\.89\]/);
    t.match(text, /\/FontFile2/, 'its fonts are in it');
    t.notMatch(text, /\/JavaScript|\/URI|\/Launch|\/EmbeddedFile/, 'nothing in it runs or fetches');
  }
  const archive = await browser.get('/incidents/1/dossier.zip');
  t.equal(archive.headers['content-type'], 'application/zip');
  const files = unzip(archive.rawPayload);
  const names = [...files.keys()];
  const named = (pattern: RegExp) =>
    files.get(names.find((name) => pattern.test(name)) ?? '') ?? Buffer.alloc(0);
  t.equal(named(/messages\/.*\.eml$/).toString(), MAIL, 'the mail to the last octet');
  t.equal(named(/^reports\//).toString(), REFUSAL, 'the report too');
  t.match(named(/^letters\//).toString(), 'Mail from 203.0.113.7 refused');
  t.ok(
    named(/^dossier\.pdf$/)
      .toString('latin1')
      .startsWith('%PDF'),
  );
  const sums = named(/^SHA256SUMS$/)
    .toString()
    .trim()
    .split('\n');
  t.equal(sums.length, names.length - 1, 'every file has its sum');
  for (const sum of sums) {
    const [hash = '', name = ''] = sum.split('  ');
    t.equal(
      createHash('sha256')
        .update(files.get(name) ?? '')
        .digest('hex'),
      hash,
      name,
    );
  }
  const json = JSON.parse(named(/^incident\.json$/).toString());
  t.match(json, { row: { number: 1 }, letters: [{ round: 'first' }], organisation: 'Harbour נמל אירוח' });
  t.match(JSON.stringify(json.entries), 'For us alone');
});

t.test('without notes, what people wrote for each other stays', async (t) => {
  const desk = await filledDesk(t);
  const set = await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'Told us by telephone.' });
  t.equal(set.status, 200);
  const browser = await signedIn(desk, 'viewer');
  const json = async (query: string) =>
    unzip((await browser.get(`/incidents/1/dossier.zip${query}`)).rawPayload)
      .get('incident.json')
      ?.toString() ?? '';
  t.match(await json(''), 'Told us by telephone.');
  const without = await json('?notes=no');
  t.match(without, '"state-changed"');
  t.notMatch(without, 'For us alone');
  t.notMatch(without, 'Told us by telephone.', 'nor reasons that people gave each other');
});

t.test('the PDF has the parts that are chosen, and says what was left out', async (t) => {
  const desk = await filledDesk(t);
  const read = await readDossier(desk.db, 1);
  const spoken = { zone: 'UTC', now: new Date(), kindTitles: new Map() };
  const options = { ...spoken, providerName: 'Outlook.com' };
  const words = (parts?: readonly Part[]) => JSON.stringify(dossierContents(read, options, parts));
  const all = words();
  t.notMatch(all, 'Left out here');
  for (const part of PART_NAMES) {
    const only = words([part]);
    t.ok(only.length < all.length, part);
    t.match(only, 'Left out here: ');
    t.notMatch(only, new RegExp(`Left out here: [^"]*${PARTS[part].toLowerCase()}`));
  }
  t.match(words(['rejections']), "weren't sent");
  t.notMatch(words(['timeline', 'letters']), '"text":"Rejections"');

  const browser = await signedIn(desk, 'viewer');
  t.match((await browser.get('/incidents/1/dossier')).body, 'name="parts" value="evidence" checked');
  const whole = await browser.get('/incidents/1/dossier.pdf');
  const some = await browser.get(
    '/incidents/1/dossier.pdf?parts=rejections&parts=timeline&notes=no&paper=a4',
  );
  t.equal(some.statusCode, 200);
  t.ok(some.rawPayload.length < whole.rawPayload.length);
  t.equal((await browser.get('/incidents/1/dossier.pdf?parts=timeline')).statusCode, 200);
  t.equal((await browser.get('/incidents/1/dossier.pdf?parts=secrets')).statusCode, 400);
  t.equal((await desk.api('GET', '/incidents/1/dossier.pdf?parts=nothing')).status, 400);
});

t.test('without notes, neither paper nor archive tells what is for us alone', async (t) => {
  const desk = await filledDesk(t);
  await desk.api('POST', '/fields', { name: 'Customer', kind: 'text' });
  const set = await desk.api('PATCH', '/incidents/1', {
    affected: 'zq-affected',
    nextAction: 'zq-next',
    fields: { customer: 'zq-customer' },
  });
  t.equal(set.status, 200);
  await desk.api('POST', '/incidents/1/tags', { add: ['zq-tag'] });
  const read = await readDossier(desk.db, 1);
  const options = { zone: 'UTC', now: new Date(), providerName: 'Outlook.com', kindTitles: new Map() };
  const paper = (one: typeof read) => JSON.stringify(dossierContents(one, options));
  const browser = await signedIn(desk);
  const archive = async (query: string) => {
    const files = unzip((await browser.get(`/incidents/1/dossier.zip${query}`)).rawPayload);
    return `${files.get('incident.json')}${files.get('timeline.jsonl')}`;
  };
  for (const word of ['affected', 'customer', 'tag']) t.match(paper(read), `zq-${word}`);
  for (const word of ['affected', 'next', 'customer', 'tag']) t.match(await archive(''), `zq-${word}`);
  t.notMatch(paper(withoutNotes(read)), /zq-|Facts changed|Tags changed/);
  t.notMatch(await archive('?notes=no'), /zq-/);
  t.match(
    await archive('?notes=no'),
    'Mail from 203.0.113.7 refused',
    'what was asked and answered is there',
  );
});

t.test('what is not there, and what is asked wrongly, is said', async (t) => {
  const desk = await filledDesk(t);
  t.equal((await desk.api('GET', '/incidents/99/dossier.pdf')).status, 404);
  t.match(await desk.api('GET', '/incidents/1/dossier.pdf?paper=a0'), { status: 400 });
  const stranger = await desk.app.inject({ url: '/api/v1/incidents/1/dossier.zip' });
  t.equal(stranger.statusCode, 401);
});

t.test('a timeline longer than paper holds says so on paper, and is whole in the archive', async (t) => {
  const desk = await filledDesk(t);
  await insertEntries(desk.db, [1], 5100);
  const browser = await signedIn(desk, 'viewer');
  const says = /These are the first 5,000 of 5,1\d\d entries\. All of them are in timeline\.jsonl/;
  t.match((await browser.get('/incidents/1/dossier')).body, says);
  const timeline = async (query: string) => {
    const files = unzip((await browser.get(`/incidents/1/dossier.zip${query}`)).rawPayload);
    const lines = files.get('timeline.jsonl')?.toString().trimEnd().split('\n') ?? [];
    return { lines, read: JSON.parse(files.get('incident.json')?.toString() ?? '') };
  };
  const { lines, read } = await timeline('');
  t.equal(lines.length, read.entryCount, 'every entry, once');
  t.equal(new Set(lines.map((line) => JSON.parse(line).id)).size, read.entryCount);
  const paper = timelineBlocks(await readDossier(desk.db, 1), {
    zone: 'UTC',
    now: new Date(),
    providerName: 'Outlook.com',
    kindTitles: new Map(),
  });
  t.match(JSON.stringify(paper.at(-1)), says);
  const without = await timeline('?notes=no');
  t.ok(without.lines.length < lines.length);
  t.notMatch(without.lines.join(), /note-added|40 orders wait/);
});

t.test('more of anything than paper holds: it says so, and the archive has the sources', async (t) => {
  const desk = await filledDesk(t);
  await insertMessages(desk.db, 1, 600);
  await insertBeside(desk.db, 1, 600);
  await insertScreenshots(desk.db, 1);
  await insertReports(desk.db, 1, 600);
  const options = {
    zone: 'UTC',
    now: new Date(),
    providerName: 'Outlook.com',
    kindTitles: new Map(),
  };
  const paper = JSON.stringify(dossierContents(await readDossier(desk.db, 1), options));
  t.match(paper, /These are the first 500 of 602 messages\. The sources of all are in the \.zip/);
  t.match(paper, /These are the first 500 rejections\./);
  t.match(paper, /These are the first 200 letters\. All of them are in the \.zip/);
  t.match(paper, /Screenshots, in the archive: [^"]* These are the first 500\. All of them are there\./);
  const browser = await signedIn(desk, 'viewer');
  const files = unzip((await browser.get('/incidents/1/dossier.zip')).rawPayload);
  const under = (folder: string) => [...files.keys()].filter((name) => name.startsWith(folder)).length;
  t.equal(under('messages/'), 602);
  t.equal(under('letters/'), 601);
  t.equal(under('reports/'), 601);
  t.equal(under('evidence/screenshots/'), 600);
  t.match(files.get('letters/0600-first-en.txt')?.toString(), 'Letter 600\n\nText');
  t.match(JSON.parse(files.get('incident.json')?.toString() ?? ''), {
    hasMoreLetters: true,
    hasMoreReports: true,
    hasMoreScreenshots: true,
    letters: { length: 200 },
    reports: { length: 500 },
    screenshots: { length: 500 },
  });
});

t.test('any text can be set: signs no font has, lines without end, tables longer than a page', async (t) => {
  const rows = Array.from({ length: 300 }, (_, index) => [
    `203.0.113.${index % 256}`,
    'x'.repeat(3000),
    '\u0000\u202e日本',
  ]);
  const columns = [
    { title: 'One', share: 0.2 },
    { title: 'Two', share: 0.5 },
    { title: 'Three', share: 0.3, isCode: true },
  ];
  const pdf = await writePdf(
    '日本 \u202e',
    [
      { kind: 'title', text: 'א'.repeat(5000), below: [] },
      { kind: 'verbatim', text: `${'a'.repeat(50_000)}\n${'\n'.repeat(500)}` },
      { kind: 'table', columns, rows },
      { kind: 'verbatim', text: '' },
      { kind: 'facts', rows: [] },
    ],
    'a4',
  );
  t.ok(pdf.subarray(0, 5).equals(Buffer.from('%PDF-')));
  t.match(pdf.subarray(-8).toString(), '%%EOF');
});
