import { sql } from 'kysely';
import type { Db } from '../../src/database/open.ts';
import { SECTION_NAMES } from '../../src/desk/sections.ts';

/** Rows of a filled desk that stand in the paths of its routes: the first of these that fits a route. */

type Values = Record<string, string | number>;

const query = (text: string) => async (db: Db) => (await sql.raw<Values>(text).execute(db)).rows[0];
const always = (values: Values) => async () => values;

const ROWS: [RegExp, (db: Db) => Promise<Values | undefined>][] = [
  [
    /incidents\/:number\/messages\/:id\/attachments/,
    query(
      'select m.incident_number as number, m.id, 0 as position from attachments a join messages m on m.id = a.message_id where m.incident_number is not null',
    ),
  ],
  [
    /incidents\/:number\/messages\/:id\/(html|source|filing)/,
    query(
      'select incident_number as number, id from messages where html is not null and incident_number is not null',
    ),
  ],
  [
    /incidents\/:number\/messages\/:id/,
    query('select incident_number as number, id from messages where incident_number is not null'),
  ],
  [
    /unfiled\/:id\/(html|attachments)/,
    query(
      'select m.id, 0 as position from messages m join attachments a on a.message_id = m.id where incident_number is null',
    ),
  ],
  [/unfiled\/:id/, query('select id from messages where incident_number is null')],
  [/v1\/messages\/:id/, query('select id from messages where incident_number is null')],
  [
    /incidents\/:number\/letters\/:id/,
    query("select incident_number as number, id from letters where state = 'draft'"),
  ],
  [/letters\/:id/, query("select id from letters where state = 'draft'")],
  [/reports\/:id/, query('select incident_number as number, report_id as id from incident_reports')],
  [/:number\/links\/:other/, always({ number: 1, other: 2 })],
  [/:number\/merges\/:merged/, always({ number: 1, merged: 2 })],
  [
    /deliveries\/:delivery/,
    query(
      'select target_id as id, d.id as delivery from webhook_deliveries d join webhook_targets t on t.id = d.target_id where t.removed_at is null',
    ),
  ],
  [/webhooks\/:id/, query('select id from webhook_targets where removed_at is null')],
  [/snds\/imports\/:id/, query('select id from snds_imports')],
  [/imports?\/:id/, query('select id from imports order by id')],
  [/snapshots\/:id/, query('select id from snapshots')],
  [/evidence-files\/:id/, query('select id from evidence_files')],
  [/v1\/views\/:id/, query('select id from saved_searches where shared')],
  [/views\/:id/, query('select id from saved_searches')],
  [/versions\/:version/, always({ owner: 'gmail', round: 'first', language: 'en', version: 1 })],
  [/:owner/, always({ owner: 'gmail', round: 'first', language: 'en' })],
  [/providers\/:key\/(edit|removal)/, query('select key from own_providers')],
  [/programmes\/:key/, always({ key: 'csa' })],
  [/:key/, always({ key: 'outlook-com', id: 1 })],
  [/:subject/, always({ subject: '203.0.113.7', place: 'talos' })],
  [/addresses\/\*/, always({ '*': '203.0.113.7' })],
  [/assets\/\*/, always({ '*': 'style.css' })],
  [/:section/, always({ section: SECTION_NAMES[0] ?? '' })],
];

/** What a route asks for beside its path. */
const QUERY: Record<string, string> = {
  '/providers/:key/facts': '?path=about',
  '/reports/subscriptions/new': '?report=mitigation',
  '/api/v1/messages': '?unfiled=true',
  '/api/v1/notices': '?userId=1',
  '/api/v1/search': '?q=block',
};

/** The path of a route on this desk; undefined where it has nothing that the route could show. */
export async function pathOf(db: Db, route: string, secrets: Values): Promise<string | undefined> {
  const found = await ROWS.find(([fits]) => fits.test(route))?.[1](db);
  const values: Values = { number: 1, id: 1, entry: 1, tag: 1, ...found, ...secrets };
  if (ROWS.some(([fits]) => fits.test(route)) && !found) return undefined;
  const path = route.replace(/:(\w+)|\*/g, (name, key) =>
    encodeURIComponent(String(values[key ?? name] ?? name)),
  );
  return /:[a-z]|\*/.test(path) ? undefined : `${path}${QUERY[route] ?? ''}`;
}
