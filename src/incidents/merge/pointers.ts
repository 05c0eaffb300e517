/** Tables that point at an incident, and what a merge does with their rows. A test holds it to the database's own list. */

type Pointer = {
  table: string;
  /** What names a row beside its incident. */
  key: string;
  /** A row that the survivor has already stays where it is: there is a like one. SQL over `mine` and `theirs`. */
  unless?: string;
};

/** Rows that go to the survivor, in this order: what others refer to comes first. */
export const MOVED: readonly Pointer[] = [
  { table: 'incident_reports', key: 'report_id', unless: 'theirs.report_id = mine.report_id' },
  { table: 'rejections', key: 'id' },
  { table: 'tickets', key: 'id', unless: 'lower(theirs.reference) = lower(mine.reference)' },
  { table: 'letters', key: 'id' },
  { table: 'letter_outcomes', key: 'letter_id' },
  {
    table: 'messages',
    key: 'id',
    unless: 'theirs.direction = mine.direction and theirs.sha256 = mine.sha256 and theirs.at = mine.at',
  },
  { table: 'evidence', key: 'id' },
  { table: 'place_readings', key: 'id' },
  { table: 'checks', key: 'id' },
  { table: 'incident_tags', key: 'tag_id', unless: 'theirs.tag_id = mine.tag_id' },
  { table: 'incident_watchers', key: 'user_id', unless: 'theirs.user_id = mine.user_id' },
  { table: 'incident_field_values', key: 'field_id', unless: 'theirs.field_id = mine.field_id' },
  { table: 'incident_causes', key: 'incident_number', unless: 'true' },
];

/** Handled each in its own way, or left where they are: they say nothing once their incident is closed. */
export const OTHERS: readonly string[] = [
  // Taken away where the survivor has the address too, so that no history of an address counts the block twice.
  'incident_addresses',
  'incident_links',
  'incidents',
  'incident_merges',
  // Never changed: the survivor's timeline shows those of both.
  'timeline_entries',
  'step_answers',
  'step_judgements',
  'outcome_backlog',
  // What people outside were shown is not widened to another incident.
  'shares',
  // Kept by the database itself: of the duplicate while it is one, it is taken out of what reports count.
  'incident_times',
  'search_texts',
  // Told already, with the number of then.
  'event_outbox',
  'told_events',
  'notices',
  'webhook_deliveries',
];
