import type { Zone } from '../../providers/zone-schema.ts';
import type { World } from '../kind.ts';
import { planLists } from './plan.ts';
import { asked, domainFor, type Listed } from './question.ts';
import { isListed, keylessRow, listRow, type Row, unknownRow } from './row.ts';
import { trust } from './trust.ts';

/** Every list that has such entries, each with its row; and the answers as they came. */
export async function lookAtLists(
  what: string,
  listed: Listed,
  { ask, catalogue, now, keyed = new Set() }: World,
): Promise<{ rows: Row[]; raw: Record<string, unknown> }> {
  // Without a prototype it is a table from the start, and not an object with a shape of its own for each address.
  const raw: Record<string, unknown> = Object.create(null);
  const before = asked(what, listed);

  async function look(zone: Zone): Promise<Row> {
    const trusted = trust(zone, listed, ask, now);
    const doubt = trusted instanceof Promise ? await trusted : trusted;
    const subject = listed === 'domains' ? domainFor(zone, what) : what;
    if (doubt !== null) return unknownRow(zone, subject, doubt);
    const name = `${listed === 'domains' ? subject : before}.${zone.zone}`;
    const answer = await ask(name, 'A');
    raw[`${name} A`] = answer;
    if (!isListed(zone, answer)) return listRow(zone, subject, answer, null);
    const text = await ask(name, 'TXT');
    raw[`${name} TXT`] = text;
    return listRow(zone, subject, answer, text);
  }

  const plan = planLists(catalogue, listed, keyed);
  const rows = await Promise.all(plan.ask.map(look));
  return { rows: [...rows, ...plan.keyless.map((zone) => keylessRow(zone, what))], raw };
}
