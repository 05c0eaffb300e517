import { sql } from 'kysely';
import { int, type Step, whole } from '../step.ts';

/** Of every fiftieth incident the first answer has two files, and so have mails that nobody has filed. */
const attachments: Step = {
  name: 'attachments',
  of: ({ counts }) => counts.incidents,
  part: 20_000,
  make: (from, to, { counts }) => sql`
    insert into attachments (message_id, position, file_name, content_type, byte_length, sha256, content)
    select m.id, position, 'file' || position || '.txt', 'text/plain', length(c.content), sha256(c.content), c.content
    from (
      select messages_before + 2 as id from scale.plan
      where number between ${int(from)} and ${int(to)} and messages > 1 and number % 50 = 1
      union all
      select ${int(counts.messages)} + i from generate_series(1, ${int(counts.unfiled)}) i where i between ${int(from)} and ${int(to)}
    ) m
    cross join generate_series(0, 1) position
    cross join lateral (select convert_to(repeat('Line of file ' || m.id || E'\n', 20), 'UTF8') as content) c
    order by m.id, position`,
};

/** A picture of one dot (PNG). */
const PICTURE =
  "decode('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082', 'hex')";
const readings = whole(
  'readings',
  ({ counts }) => sql`
    with read as (
      insert into place_readings (id, place, address, value, incident_number, read_at, recorded_by_name) overriding system value
      select p.number, 'talos', host(a.network)::inet, 'Neutral', p.number, p.request_at, 'Person 1'
      from scale.plan p join addresses a on a.id = p.address_id
      where p.number % 20 = 1 and masklen(a.network) in (32, 128) order by p.number
      returning id
    )
    insert into evidence_files (reading_id, position, file_name, content_type, byte_length, sha256, bytes)
    select id, 1, 'page.png', 'image/png', length(bytes), sha256(bytes), bytes
    from read cross join (select ${sql.raw(PICTURE)} as bytes) b where id <= ${int(counts.incidents)} order by id`,
);

export const FILE_STEPS: Step[] = [attachments, readings];
