import { sql } from 'kysely';
import { isDocumentation, type Network } from '../../addresses/address.ts';
import type { Db } from '../../database/open.ts';

/** Of more addresses the page says nothing. */
const MOST = 20;

/** What is known of the addresses that a report names, by their text: it is read before anything is stored. */
export async function addressNotes(db: Db, networks: Network[]): Promise<Map<string, string>> {
  const asked = networks.slice(0, MOST);
  if (asked.length === 0) return new Map();
  const rows = await db
    .selectFrom('addresses')
    .select(['network', 'label', 'hostname'])
    .where('network', '=', sql<string>`any(${sql.val(asked.map(({ cidr }) => cidr))}::cidr[])`)
    .execute();
  const names = new Map(rows.map((row) => [row.network, row.label || row.hostname || 'known']));
  return new Map(
    asked.map(({ text, cidr }) => {
      const name = names.get(cidr) ?? 'not known yet';
      return [text, isDocumentation(cidr) ? `${name}; a documentation address` : name];
    }),
  );
}
