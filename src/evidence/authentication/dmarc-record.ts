import type { Ask } from '../../dns/answer.ts';
import { shown } from '../wording.ts';
import { readTags } from './tag-list.ts';

/** A DMARC record and where it stands (RFC 9989, which took the place of RFC 7489). */
export type DmarcRecord = {
  /** The domain at whose `_dmarc` name it stands. */
  at: string;
  text: string;
  tags: Map<string, string>;
  errors: string[];
};

export type Discovery =
  | { state: 'found'; record: DmarcRecord }
  /** `doubled`: names with several records, which count as none. */
  | { state: 'none'; doubled: string[] }
  | { state: 'unknown'; why: string };

const VERSION = /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/i;
const EXACT_VERSION = /^v[ \t]*=[ \t]*DMARC1/;
/** A walk up the tree asks for a name of seven labels next, however long the domain is (RFC 9989 § 4.10). */
const MAX_LABELS = 7;

/**
 * The record that holds for a domain: its own, else that of its organisational domain, found by walking up the
 * tree (RFC 9989 § 4.10).
 */
export async function discover(domain: string, ask: Ask): Promise<Discovery> {
  const found: DmarcRecord[] = [];
  const doubled: string[] = [];
  for (const name of namesUp(domain)) {
    const answer = await ask(`_dmarc.${name}`, 'TXT');
    if (answer.status === 'failed') return { state: 'unknown', why: `_dmarc.${name}: ${shown(answer.why)}` };
    const records = answer.status === 'found' ? answer.records.filter((record) => VERSION.test(record)) : [];
    if (records.length > 1) doubled.push(name);
    if (records.length !== 1) continue;
    const record = readRecord(name, records[0] ?? '');
    if (name === domain) return { state: 'found', record };
    found.push(record);
    if (/^[yn]$/i.test(record.tags.get('psd') ?? '')) break;
  }
  const record = inherited(domain, found);
  return record ? { state: 'found', record } : { state: 'none', doubled };
}

function namesUp(domain: string): string[] {
  const labels = domain.split('.');
  const parents = labels.slice(1).map((_, at) => labels.slice(at + 1));
  return [labels, ...parents.filter((rest) => rest.length <= MAX_LABELS)].map((rest) => rest.join('.'));
}

/** RFC 9989 § 4.10.2: `psd=n` marks an organisation, `psd=y` what stands above them; else the shortest name. */
function organisationOf(domain: string, found: DmarcRecord[]): string {
  for (const { at, tags } of found) {
    const psd = tags.get('psd')?.toLowerCase();
    if (psd === 'n') return at;
    if (psd === 'y' && at !== domain)
      return domain
        .split('.')
        .slice(-at.split('.').length - 1)
        .join('.');
  }
  return found.at(-1)?.at ?? domain;
}

/** The record of the organisation, failing that of what stands above it (`psd=y`). */
function inherited(domain: string, found: DmarcRecord[]): DmarcRecord | undefined {
  const organisation = organisationOf(domain, found);
  const last = found.at(-1);
  const above = last?.tags.get('psd')?.toLowerCase() === 'y' ? last : undefined;
  return found.find(({ at }) => at === organisation) ?? above;
}

const POLICIES = ['none', 'quarantine', 'reject'];
const ONE_OF: Record<string, string[]> = {
  p: POLICIES,
  sp: POLICIES,
  np: POLICIES,
  adkim: ['r', 's'],
  aspf: ['r', 's'],
  t: ['y', 'n'],
  psd: ['y', 'n', 'u'],
};
/** Tags of RFC 7489 that RFC 9989 dropped; receivers that go by the older one still read them. */
const HISTORIC = ['pct', 'rf', 'ri'];
const KNOWN = new Set([...Object.keys(ONE_OF), ...HISTORIC, 'v', 'rua', 'ruf', 'fo']);

function readRecord(at: string, text: string): DmarcRecord {
  const { tags, errors } = readTags(text);
  const version = EXACT_VERSION.test(text) ? [] : ['the version has to be written v=DMARC1'];
  return {
    at,
    text,
    tags,
    errors: [...version, ...errors.map((error) => shown(error)), ...valueErrors(tags)],
  };
}

function valueErrors(tags: Map<string, string>): string[] {
  const errors: string[] = [];
  if (!tags.has('p')) errors.push('p= is missing');
  for (const [name, value] of tags) {
    const allowed = ONE_OF[name];
    if (allowed && !allowed.includes(value.toLowerCase()))
      errors.push(`${name}=${shown(value, 40)} is none of ${allowed.join(', ')}`);
    if (!KNOWN.has(name)) errors.push(`there is no tag ${shown(name, 40)}`);
  }
  const percent = tags.get('pct');
  if (percent !== undefined && !(/^\d{1,3}$/.test(percent) && Number(percent) <= 100))
    errors.push(`pct=${shown(percent, 40)} is no number from 0 to 100`);
  for (const name of ['rua', 'ruf'])
    for (const uri of urisOf(tags.get(name)))
      if (mailboxOf(uri) === null)
        errors.push(`${name} names ${shown(uri, 80)}, which is no mailto: address`);
  return errors;
}

const MAX_URIS = 20;

/** `mailto:a@example.com, mailto:b@example.net!10m` → each. */
export const urisOf = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((uri) => uri.trim())
    .filter(Boolean)
    .slice(0, MAX_URIS);

/** The address in a reporting URI; the size after `!` is of RFC 7489. */
export function mailboxOf(uri: string): { address: string; domain: string } | null {
  const scheme = /^mailto:/i.exec(uri);
  if (!scheme) return null;
  const address = (uri.slice(scheme[0].length).split(/[!?]/, 1)[0] ?? '').trim();
  const at = address.lastIndexOf('@');
  return at > 0 && at < address.length - 1 ? { address, domain: address.slice(at + 1).toLowerCase() } : null;
}

/** What receivers are asked to do with mail of a domain that fails. Null where the record says nothing usable. */
export function policyOf({ at, tags }: DmarcRecord, domain: string): string | null {
  const value = (name: string) => {
    const policy = tags.get(name)?.toLowerCase();
    return policy !== undefined && POLICIES.includes(policy) ? policy : null;
  };
  return at === domain ? value('p') : (value('sp') ?? value('p'));
}
