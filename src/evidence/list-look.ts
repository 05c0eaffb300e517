import type { Zone } from '../providers/zone-schema.ts';
import type { World } from './kind.ts';
import { asked, type Listed } from './list-names.ts';
import { planLists } from './list-plan.ts';
import { isListed, keylessRow, listRow, type Row, unknownRow } from './list-row.ts';
import { trust } from './list-trust.ts';

/** Every list that has such entries, each with its row; and the answers as they came. */
export async function lookAtLists(
  what: string,
  listed: Listed,
  { ask, catalogue, now, keyed = new Set() }: World,
): Promise<{ rows: Row[]; raw: Record<string, unknown> }> {
  const raw: Record<string, unknown> = {};
  const before = asked(what, listed);

  async function answerOf(name: string, type: 'A' | 'TXT') {
    const answer = await ask(name, type);
    raw[`${name} ${type}`] = answer;
    return answer;
  }

  async function look(zone: Zone): Promise<Row> {
    const doubt = await trust(zone, listed, ask, now);
    if (doubt !== null) return unknownRow(zone, what, doubt);
    const name = `${before}.${zone.zone}`;
    const answer = await answerOf(name, 'A');
    const text = isListed(zone, answer) ? await answerOf(name, 'TXT') : null;
    return listRow(zone, what, answer, text);
  }

  const plan = planLists(catalogue, listed, keyed);
  const rows = await Promise.all(plan.ask.map(look));
  return { rows: [...rows, ...plan.keyless.map((zone) => keylessRow(zone, what))], raw };
}
