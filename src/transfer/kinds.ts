import { kind, of, type RecordKind } from './record-kind.ts';

/** All that an export has, each kind after those that it refers to. The format is this table. */
export const KINDS: RecordKind[] = [
  kind(
    'profile',
    'who you are towards providers',
    `id:boolean name:text website:text contact_name:text contact_email:text contact_phone:text postal_address:text
    reply_address:text abuse_address:text sending_domains:texts mail_kinds:text daily_volume:text opt_in:text
    jmrp_since:date? snds_since:date? programmes:texts dkim_selectors:texts updated_at:time`,
  ),
  of(
    'users',
    kind(
      'people',
      'who had an account; never with a password',
      'id:integer email:text name:text role:text time_zone:text created_at:time disabled_at:time?',
    ),
  ),
  kind(
    'memberships',
    'programmes of certification, and how you stood',
    'programme:text standing:text since:date? expires_on:date? reference:text updated_at:time updated_by_name:text',
    { key: 'programme' },
  ),
  kind(
    'addresses',
    'addresses and ranges that you send from',
    `id:integer network:address hostname:text label:text purpose:text in_use_since:date? jmrp_since:date? snds_since:date?
    notes:text created_at:time updated_at:time check_every_hours:integer? check_due_at:time?`,
  ),
  kind(
    'own-providers',
    'providers that you added',
    'key:text data:json created_at:time created_by_name:text updated_at:time updated_by_name:text',
    { key: 'key' },
  ),
  kind(
    'playbook-facts',
    'facts of playbooks that you changed',
    'provider:text path:text value:json built_in:json set_at:time set_by_name:text',
    { key: 'provider path' },
  ),
  kind(
    'playbook-notes',
    'notes on providers',
    'id:integer provider:text text:text created_at:time created_by_name:text removed_at:time? removed_by_name:text?',
  ),
  kind(
    'playbook-changes',
    'what was changed in playbooks, when and by whom',
    'id:integer provider:text kind:text path:text before:json after:json actor_name:text at:time',
  ),
  kind(
    'letter-template-versions',
    'versions of letter templates',
    `id:integer template:text language:text version:integer title:text? fits_when:text? subject:text? body:text?
    claims:json? built_in:json? note:text by_name:text at:time`,
  ),
  kind(
    'wording-trials',
    'wordings of letters that were compared',
    `id:integer template:text language:text wording_a:integer wording_b:integer turn:integer started_at:time
    started_by_name:text ended_at:time? ended_by_name:text? chosen:integer?`,
  ),
  kind(
    'watch-rules',
    'when refusals in a log open an incident',
    `provider:text opens:boolean refusals:integer window_minutes:integer share_percent:integer accepted:integer
    quiet_minutes:integer updated_at:time`,
    { key: 'provider' },
  ),
  kind(
    'incidents',
    'one block of your addresses by one provider each',
    `number:integer title:text provider:text state:text reason:text? severity:text round:integer assignee_id:@people?
    affected:text block_codes:texts recipient_domains:texts rejection_count:integer first_rejection_at:time?
    last_rejection_at:time? opened_at:time state_since:time first_request_at:time? last_request_at:time?
    first_answer_at:time? last_answer_at:time? last_verdict:text? mitigated_at:time? recovered_at:time? closed_at:time?
    relapses:integer next_action:text next_action_due_at:time? follow_up_due_at:time? updated_at:time
    merged_into:@incidents?`,
    { key: 'number' },
  ),
  kind('tags', 'words by which incidents are sorted', 'id:integer name:text created_at:time'),
  kind(
    'tag-changes',
    'what was done to tags',
    'id:integer kind:text tag:text became:text? incidents:integer by_name:text at:time',
  ),
  kind(
    'custom-fields',
    'what else you keep of each incident',
    'id:integer key:text name:text kind:text choices:texts position:integer retired_at:time? created_at:time',
  ),
  kind('incident-tags', 'which incident has which tag', 'incident_number:@incidents tag_id:@tags', {
    key: 'incident_number tag_id',
  }),
  kind(
    'incident-field-values',
    'what your own fields say of an incident',
    'incident_number:@incidents field_id:@custom-fields value:text',
    { key: 'incident_number field_id' },
  ),
  kind(
    'incident-watchers',
    'who watches an incident',
    'incident_number:@incidents user_id:@people why:text since:time stopped_at:time?',
    { key: 'incident_number user_id' },
  ),
  kind(
    'saved-searches',
    'searches that were kept as views',
    'id:integer name:text query:text sort:text owner_id:@people? shared:boolean created_at:time created_by_name:text',
  ),
  kind(
    'incident-addresses',
    'which addresses an incident is about',
    'incident_number:@incidents address_id:@addresses',
    { key: 'incident_number address_id' },
  ),
  kind(
    'incident-links',
    'incidents that belong together',
    'incident_number:@incidents linked_number:@incidents kind:text created_at:time from_older:boolean',
    { key: 'incident_number linked_number' },
  ),
  kind(
    'incident-causes',
    'what was found to be the cause of a block',
    `incident_number:@incidents class:text found:text fixed:text found_at:time fixed_at:time? recorded_at:time
    recorded_by_name:text`,
    { key: 'incident_number' },
  ),
  kind(
    'step-answers',
    'next steps that were put off or dismissed',
    'incident_number:@incidents step:text key:text snoozed_until:time? dismissed_reason:text? by_name:text at:time',
    { key: 'incident_number step' },
  ),
  kind(
    'reports',
    'what was pasted or sent in as a report, byte for byte',
    'id:integer raw:octets sha256:octets byte_length:integer source:text file_name:text received_at:time',
    { heavy: 'raw', sources: 'raw' },
  ),
  kind(
    'incident-reports',
    'which report belongs to which incident',
    'incident_number:@incidents report_id:@reports',
    { key: 'incident_number report_id' },
  ),
  kind(
    'rejections',
    'replies that refused or deferred mail',
    `id:integer incident_number:@incidents report_id:@reports? line:integer provider:text? rule:text? ip:address?
    reply_code:text? enhanced_code:text? block_code:text? reason:text? temporary:boolean? recipient:text?
    recipient_domain:text? mx:text? list_name:text? list_owner:text? occurred_at:time? occurred_at_guessed:boolean
    recorded_at:time seen:integer text:text`,
  ),
  kind(
    'tickets',
    'the providers’ cases',
    `id:integer incident_number:@incidents reference:text channel:text address:text state:text opened_at:time
    closed_at:time? recorded_at:time`,
  ),
  kind(
    'letters',
    'drafts and sent letters, with the claims they made',
    `id:integer incident_number:@incidents template:text language:text round:text state:text subject:text body:text
    base_subject:text base_body:text claims:json fields:json missing:json created_at:time updated_at:time
    created_by_name:text sent_at:time? channel:text? template_version:integer? wording_trial_id:@wording-trials?`,
    { heavy: 'body base_body claims' },
  ),
  kind(
    'letter-overrides',
    'claims and findings that somebody overrode with a reason',
    'letter_id:@letters kind:text key:text about:text reason:text by_name:text at:time',
    { key: 'letter_id kind key' },
  ),
  kind(
    'messages',
    'correspondence in and out; `text` is its body, `raw` its source',
    `id:integer incident_number:@incidents? ticket_id:@tickets? letter_id:@letters? direction:text channel:text at:time
    recorded_at:time from_address:text to_address:text subject:text text:text html:text? raw:octets raw_type:text
    sha256:octets message_id:text? verdict:text? machine_verdict:text? confidence:number? quote:text? problem:text?
    kind:text authenticity:json? proven:boolean? applied:boolean filed_by:text? suggestions:json? put_away_at:time?
    put_away_by_name:text? form_fields:json?`,
    { heavy: 'text html raw', sources: 'text html raw' },
  ),
  kind(
    'attachments',
    'files that came with messages',
    `id:integer message_id:@messages position:integer file_name:text content_type:text byte_length:integer sha256:octets
    content:octets content_id:text is_inline:boolean`,
    { heavy: 'content', sources: 'content' },
  ),
  kind(
    'evidence',
    'facts that people recorded',
    `id:integer incident_number:@incidents address_id:@addresses? claim:text result:text words:text source:text
    observed_at:time recorded_at:time recorded_by_name:text`,
  ),
  kind(
    'place-readings',
    'what somebody read at a place that no program may ask',
    `id:integer place:text address:address? domain:text? value:text note:text incident_number:@incidents? read_at:time
    recorded_at:time recorded_by_name:text`,
  ),
  kind(
    'evidence-files',
    'screenshots',
    `id:integer evidence_id:@evidence? reading_id:@place-readings? position:integer file_name:text content_type:text
    byte_length:integer sha256:octets bytes:octets`,
    { heavy: 'bytes', sources: 'bytes' },
  ),
  kind(
    'snapshots',
    'what was looked up about an address or a domain, and for how long it held',
    `id:integer kind:text address:address? domain:text? outcome:text summary:text facts:json claims:json raw:json
    content_hash:octets first_seen_at:time last_seen_at:time superseded_at:time?`,
    { heavy: 'facts claims raw' },
  ),
  kind(
    'timeline-entries',
    'what happened in incidents; never changed',
    `id:integer incident_number:@incidents kind:text actor_name:text occurred_at:time recorded_at:time report_id:@reports?
    ticket_id:@tickets? message_id:@messages? letter_id:@letters? detail:json corrects:@timeline-entries?`,
  ),
  kind(
    'reminder-answers',
    'reminders that were put off or ended',
    'key:text due_on:date snoozed_until:date? dismissed_reason:text? by_name:text at:time',
    { key: 'key' },
  ),
  of(
    'observed_hours',
    kind(
      'delivery-hours',
      'deliveries that logs showed, by hour',
      'address_id:@addresses provider:text hour:time outcome:text count:integer',
      { key: 'address_id provider hour outcome' },
    ),
  ),
  kind(
    'snds-imports',
    'reports of SNDS',
    `id:integer kind:text source:text raw:octets sha256:octets byte_length:integer file_name:text rows:integer
    first_day:date? last_day:date? by_name:text received_at:time seen_at:time`,
    { heavy: 'raw', sources: 'raw' },
  ),
  kind(
    'snds-days',
    'what SNDS says of an address on a day',
    `address_id:@addresses day:date activity:text rcpt:integer? data:integer? recipients:integer? filter:text?
    complaint_low:number? complaint_high:number? complaint_text:text trap_period:text trap_hits:integer? sample_helo:text
    sample_mail_from:text jmrp_sender:text comments:text extra:json import_id:@snds-imports`,
    { key: 'address_id day' },
  ),
  kind(
    'snds-status',
    'ranges that SNDS says are blocked',
    'import_id:@snds-imports position:integer first:address last:address blocked:boolean details:text',
    { key: 'import_id position' },
  ),
  kind(
    'complaints',
    'reports of feedback loops, without who complained',
    `id:integer digest:octets feedback_type:text is_complaint:boolean source_ip:address? ip_source:text reported_at:time
    arrived_at:time? incidents:integer reporter_domain:text provider:text? user_agent:text original_mail_from:text
    reported_domain:text message_id:text campaign:text campaign_field:text auth_failure:text raw:octets? source:text
    recorded_at:time`,
    { heavy: 'raw', sources: 'raw' },
  ),
];

export const KIND_OF = new Map(KINDS.map((one) => [one.name, one]));
