import type { Trx } from '../database/open.ts';
import { addressesOf } from '../incidents/store.ts';
import type { DeskEvent, EventIncident, Subscriber } from '../notifications/event.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { groupOf, type IncidentFacts, webhookEvent } from './event.ts';
import { enqueue } from './lines.ts';
import { wants } from './target.ts';

async function factsOf(
  trx: Trx,
  events: readonly DeskEvent[],
  catalogue: Catalogue,
): Promise<Map<number, IncidentFacts>> {
  const incidents = new Map<number, EventIncident>(
    events.flatMap(({ incident }) => (incident ? [[incident.number, incident]] : [])),
  );
  const addresses = await addressesOf(trx, [...incidents.keys()]);
  return new Map(
    [...incidents.values()].map(({ number, title, state, severity, provider }) => {
      const its = addresses.get(number) ?? [];
      const providerName = catalogue.byKey.get(provider)?.name ?? provider;
      const common = { number, title, state, severity, provider, providerName };
      return [number, { ...common, addresses: its, addressCount: its.length }];
    }),
  );
}

/** Writes a delivery of each event for each target that wants it, in their order. `base`: our origin, for links. */
export const webhooksTold =
  ({ catalogue, base }: { catalogue: Catalogue; base: string }): Subscriber =>
  async (trx, events) => {
    // Everybody takes them in one order; lines are changed under them.
    const targets = await trx
      .selectFrom('webhook_targets')
      .select(['id', 'groups', 'providers', 'least_severity'])
      .where('removed_at', 'is', null)
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    if (targets.length === 0) return;
    const facts = await factsOf(trx, events, catalogue);
    const lines = events.map((event) => {
      const incident = (event.incident && facts.get(event.incident.number)) ?? null;
      return {
        id: event.id,
        incident: incident?.number ?? null,
        about: { group: groupOf(event), incident },
        event: webhookEvent(event, incident, base),
      };
    });
    for (const target of targets) {
      const wanted = lines.filter(({ about }) => wants(target, about));
      if (wanted.length > 0) await enqueue(trx, target.id, wanted);
    }
  };
