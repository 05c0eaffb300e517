import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { readNews, readPlace } from '../timeline/news.ts';
import { CLOSED_STEP, type NextStep } from './next-step.ts';
import { readSteps } from './store.ts';

/** `stamp`: see `STAMP`. */
export type Judged = IncidentRow & { stamp: string };

/**
 * Of an incident `i`: the transactions that last wrote it, its letters, its addresses and the profile. A timeline does
 * not tell when a draft is discarded, or an address enrolled.
 */
export const STAMP = sql<string>`concat_ws(' ', i.xmin,
  (select sum(l.xmin::text::bigint) from letters l where l.incident_number = i.number),
  (select sum(a.xmin::text::bigint) from incident_addresses ia join addresses a on a.id = ia.address_id
    where ia.incident_number = i.number),
  (select p.xmin from profile p))`;

type Kept = { step: NextStep; stamp: string; at: Date };

/** What changes with the clock, with what checks and deliveries show and with other incidents is seen within this time. */
const KEPT_MS = 60_000;
const MOST_KEPT = 2000;
const MOST_NEWS = 500;

/**
 * Next steps as they were judged up to a minute ago, of incidents in whose timelines nothing is new since: a list that
 * everybody looks at all day judges again what changed, instead of all that it shows. Whoever acts on a step reads it
 * anew (`readSteps`).
 */
export class KeptSteps {
  readonly #db: Db;
  readonly #catalogue: Catalogue;
  readonly #kept = new Map<number, Kept>();
  #place: string | undefined;
  #news = 0;

  constructor(db: Db, catalogue: Catalogue) {
    this.#db = db;
    this.#catalogue = catalogue;
  }

  /** How often there was something new: what was read at another number may be out of date. */
  get news(): number {
    return this.#news;
  }

  /** Forgets the steps of incidents in which something is new, and answers the place in all timelines up to which that is. */
  async catchUp(): Promise<string> {
    if (this.#place === undefined) {
      this.#place = await readPlace(this.#db);
      return this.#place;
    }
    const { entries, place, isAll } = await readNews(this.#db, this.#place, MOST_NEWS);
    if (isAll) this.#kept.clear();
    for (const { number } of entries) this.#kept.delete(number);
    if (isAll || entries.length > 0) this.#news++;
    this.#place = place;
    return place;
  }

  /** The step of each of these incidents; to be asked after `catchUp`, with rows that were read after it. */
  async read(rows: Judged[], now: Date): Promise<(row: Judged) => NextStep> {
    const found = new Map<number, NextStep>();
    for (const row of rows) {
      const step = this.#stillGood(row, now);
      if (step) found.set(row.number, step);
    }
    const missing = rows.filter(({ number }) => !found.has(number));
    const { news } = this;
    const steps = await readSteps(this.#db, missing, this.#catalogue, now);
    for (const row of missing) {
      const { step } = steps.get(row.number) ?? { step: CLOSED_STEP };
      found.set(row.number, step);
      if (news === this.news) this.#keep(row, step, now);
    }
    return (row) => found.get(row.number) ?? CLOSED_STEP;
  }

  #stillGood(row: Judged, now: Date): NextStep | undefined {
    const kept = this.#kept.get(row.number);
    if (kept?.stamp !== row.stamp) return undefined;
    return Math.abs(now.getTime() - kept.at.getTime()) < KEPT_MS ? kept.step : undefined;
  }

  #keep(row: Judged, step: NextStep, at: Date): void {
    this.#kept.delete(row.number);
    this.#kept.set(row.number, { step, stamp: row.stamp, at });
    if (this.#kept.size <= MOST_KEPT) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
