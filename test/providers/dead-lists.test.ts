import t from 'tap';
import { parseReport } from '../../src/bounces/parse-report.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { isDeadList, withoutEnd } from '../../src/providers/dead-lists.ts';

const catalogue = readCatalogue();
const cited = (words: string): string => {
  const now = new Date('2026-03-18T12:00:00Z');
  const [found] = parseReport(`554 5.7.1 Client host [203.0.113.7] ${words}`, { catalogue, now }).rejections;
  return found?.listName ?? '';
};

t.test('a list that has ended is known by what a refusal says of it', async (t) => {
  for (const zone of [
    'dnsbl.sorbs.net',
    'spam.dnsbl.sorbs.net',
    'ix.dnsbl.manitu.net',
    'dnsbl.njabl.org',
    'dnsbl.ahbl.org',
    'relays.ordb.org',
    'bl.spamcannibal.org',
    'dnsbl.inps.de',
    'ubl.unsubscore.com',
    'list.dsbl.org',
    'bl.emailbasura.org',
    'combined.rbl.msrbl.net',
    'db.wpbl.info',
    'l2.apews.org',
  ]) {
    const name = cited(`blocked using ${zone}`);
    t.ok(isDeadList(name, catalogue), `${zone}: ${name}`);
  }
});

t.test('a list that runs, or went into another, has not ended', async (t) => {
  for (const zone of ['zen.spamhaus.org', 'bl.spamcop.net', 'b.barracudacentral.org', 'cbl.abuseat.org']) {
    const name = cited(`blocked using ${zone}`);
    t.ok(name, zone);
    t.notOk(isDeadList(name, catalogue), `${zone}: ${name}`);
  }
  t.notOk(isDeadList('', catalogue), 'no list is named');
  t.equal(withoutEnd('WPBL (ended)'), 'WPBL');
  t.equal(withoutEnd('SORBS (ended 2024)'), 'SORBS');
});
