/** What there is to measure. `src/docs/metrics.md` lists the same; a test holds the two together. */
export type Kind = 'counter' | 'gauge' | 'histogram';
export type Metric = { kind: Kind; help: string; labels: readonly string[] };

/** Upper bounds of the steps of a duration, in seconds. */
export const STEPS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

const counter = (help: string, ...labels: string[]): Metric => ({ kind: 'counter', help, labels });
const gauge = (help: string, ...labels: string[]): Metric => ({ kind: 'gauge', help, labels });

/** No label has a value that somebody outside can choose: routes are patterns, all else stands in the code. */
export const METRICS = {
  delist_desk_build_info: gauge('Always 1; the labels are versions', 'version', 'node', 'database'),
  delist_desk_requests_total: counter('Requests that were answered', 'method', 'route', 'status'),
  delist_desk_request_duration_seconds: {
    kind: 'histogram',
    help: 'From the head of a request to the end of its answer; streams of events are left out',
    labels: ['route'],
  },
  delist_desk_requests_in_flight: gauge('Requests that are being answered, streams of events among them'),
  delist_desk_problems_total: counter(
    'Requests that were refused or failed, by the problem’s name',
    'problem',
  ),
  delist_desk_incidents: gauge('Incidents, counted up to 10000 for each state', 'state'),
  delist_desk_queue_length: gauge('What waits or is being worked on, counted up to 10000', 'queue'),
  delist_desk_queue_oldest_seconds: gauge('How long the oldest of a queue is overdue', 'queue'),
  delist_desk_mails_sent_total: counter('Attempts to send a mail, by what they came to', 'queue', 'outcome'),
  delist_desk_mails_taken_total: counter('Mails that came in, without those that were there already', 'way'),
  delist_desk_mailboxes: gauge('Mailboxes that are watched, by how their last look ended', 'state'),
  delist_desk_feeds: gauge('SNDS links that are fetched, by how the last time ended', 'state'),
  delist_desk_checks_total: counter('Checks of evidence that were worked on', 'outcome'),
  delist_desk_dns_questions_total: counter('Questions to resolvers, by their answer', 'answer'),
  delist_desk_webhooks_total: counter('Attempts to send an event to a webhook', 'outcome'),
  delist_desk_worker_last_turn_seconds: gauge(
    'How long ago a worker of this process last did its turn',
    'worker',
  ),
  delist_desk_database_up: gauge('1 while the database answers; what is read from it is missing otherwise'),
  delist_desk_database_bytes: gauge('Size of the database'),
  delist_desk_database_clock_seconds: gauge('The database’s clock less that of this process'),
  delist_desk_disk_free_bytes: gauge('Room on the disk of DATA_DIR'),
  delist_desk_backup_age_seconds: gauge('Since the last backup; missing where none was made'),
  process_start_time_seconds: gauge('When this process began, as seconds since 1970'),
  process_cpu_seconds_total: counter('Time that the processor worked for this process'),
  process_resident_memory_bytes: gauge('Memory that this process holds'),
  process_open_fds: gauge('Open files and connections of this process'),
  nodejs_heap_used_bytes: gauge('Memory that is used by JavaScript'),
  nodejs_eventloop_delay_seconds: gauge('How late timers were since the last look', 'quantile'),
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
