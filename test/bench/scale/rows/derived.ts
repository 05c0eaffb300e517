import { sql } from 'kysely';
import { type Step, whole } from '../step.ts';

/** What the product's triggers keep beside the rows, by those same triggers: the rows are made without them. */
export const DERIVED_STEPS: Step[] = [
  whole(
    'times of incidents',
    () => sql`
  with own as (select set_config('session_replication_role', 'origin', true))
  update incidents set round = round from own`,
  ),
];
