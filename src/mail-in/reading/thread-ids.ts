import { allOf } from '../../complaints/fields.ts';
import { fieldsOf } from './mail-fields.ts';

const MOST_IDS = 50;
const ID = /<[^<>\s]{1,500}>/g;

/** Which messages a mail answers, by their Message-IDs with brackets, the nearest first (RFC 5322 § 3.6.4). */
export function answeredIds(raw: Buffer): string[] {
  const fields = fieldsOf(raw);
  const idsIn = (name: string) => allOf(fields, name).flatMap((value) => value.match(ID) ?? []);
  return [...new Set([...idsIn('in-reply-to'), ...idsIn('references').reverse()])].slice(0, MOST_IDS);
}
