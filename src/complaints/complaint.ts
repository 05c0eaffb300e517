import { inputLines } from '../bounces/input-lines.ts';
import { looksLikeMail, mimeParts, type Part } from '../bounces/mime.ts';
import { publicIp, publicIps } from '../bounces/sending-ip.ts';
import { clockIn, mailStamp } from '../bounces/stamps.ts';
import { readData } from '../data-file.ts';
import { Type } from '../json-schema.ts';
import { allOf, type Fields, firstOf, readFields } from './fields.ts';
import { withoutReporter } from './without-reporter.ts';

/** One report of a feedback loop. All of it is what the mail says: anybody can write such a mail. */
export type Complaint = {
  /** `abuse`, `fraud`, `auth-failure` … (RFC 5965 § 3.1, RFC 6591). */
  feedbackType: string;
  /** Whether somebody did not want the mail; the other types say something else. */
  isComplaint: boolean;
  authFailure: string;
  /** As the report or its subject names it. */
  sourceIp: string | null;
  ipSource: 'report' | 'subject' | 'none';
  /** All public addresses in the trace of the mail complained of, from its end: ours may be among them. */
  traceIps: string[];
  reportedAt: Date | null;
  arrivedAt: Date | null;
  incidents: number;
  /** Who complained, in clear: it is hashed before anything is kept. */
  reporter: string | null;
  /** Who reports: the sender of the report, and the name that some loops give. */
  from: string;
  sourceName: string;
  userAgent: string;
  originalMailFrom: string;
  reportedDomain: string;
  messageId: string;
  campaign: string;
  campaignField: string;
  /** The same for every copy of the report, whatever way it took. In clear, as `reporter`. */
  identity: string;
};

const CAMPAIGN_HEADERS = readData(
  Type.Array(Type.String({ pattern: '^[A-Za-z-]{1,60}$' })),
  new URL('./campaign-headers.json', import.meta.url),
);

/** Reports that no mail was unwanted. */
const NO_COMPLAINTS = new Set(['auth-failure', 'not-spam']);
const ORIGINALS = new Set(['message/rfc822', 'text/rfc822-headers']);
const JMRP_SUBJECT = /^\s{0,5}complaint about message from\s{1,5}\[?([\da-f.:]{3,45})\]?/i;

/** A message: its header and the parts that are its own, each with all that is inside. */
type Message = { header: Fields; parts: Part[]; all: Part[] };

/** The message in a part, from the parts that follow it. */
function messageIn(part: Part, all: Part[]): Message {
  const after = all.slice(all.indexOf(part) + 1);
  const end = after.findIndex(({ within }) => within <= part.within);
  const inside = end === -1 ? after : after.slice(0, end);
  return {
    header: readFields(part.lines, 'empty line'),
    parts: inside.filter(({ within }) => within === part.within + 1),
    all: inside,
  };
}

const oneLine = (text: string, longest = 300) => text.replace(/\s+/g, ' ').trim().slice(0, longest);

/** The address in a field: `<a@example.com>`, `rfc822; a@example.com`, `Name <a@example.com>`. */
const mailbox = (text: string): string =>
  /<([^<>\s]{1,320})>/.exec(text)?.[1] ?? /([^<>\s;,"]{1,64}@[^<>\s;,"]{1,255})/.exec(text)?.[1] ?? '';

/** A mail names its zone; one that does not is read as UTC. */
const CLOCK = clockIn('UTC', new Date(0));
function dateOf(text: string): Date | null {
  const stamp = text ? mailStamp(text, CLOCK) : null;
  return stamp && new Date(stamp.at);
}

function slug(text: string): string {
  const plain = text.toLowerCase().trim();
  return /^[a-z0-9][a-z0-9-]{0,59}$/.test(plain) ? plain : 'other';
}

const countOf = (text: string) =>
  /^\d{1,7}$/.test(text) ? Math.min(Math.max(Number(text), 1), 1_000_000) : 1;

function campaignOf(original: Fields): { campaign: string; campaignField: string } {
  for (const header of CAMPAIGN_HEADERS) {
    const campaign = oneLine(firstOf(original, header.toLowerCase()));
    if (campaign) return { campaign, campaignField: header };
  }
  return { campaign: '', campaignField: '' };
}

/** What the report and the original say of one complaint; the older form of Microsoft has an empty report. */
function read(outer: Fields, report: Fields, original: Fields): Complaint {
  const reporter =
    mailbox(firstOf(report, 'original-rcpt-to', 'removal-recipient')) ||
    mailbox(firstOf(original, 'x-hmxmroriginalrecipient')) ||
    null;
  const inReport = publicIp(firstOf(report, 'source-ip'));
  const inSubject = publicIp(JMRP_SUBJECT.exec(firstOf(outer, 'subject'))?.[1] ?? '');
  const trace = allOf(original, 'received');
  const feedbackType = report.length > 0 ? slug(firstOf(report, 'feedback-type')) : 'abuse';
  const { campaign, campaignField } = campaignOf(original);
  const kept = (text: string) => withoutReporter(oneLine(text), reporter);
  return {
    feedbackType,
    isComplaint: !NO_COMPLAINTS.has(feedbackType),
    authFailure: oneLine(firstOf(report, 'auth-failure'), 60),
    sourceIp: inReport ?? inSubject,
    ipSource: inReport ? 'report' : inSubject ? 'subject' : 'none',
    traceIps: trace.slice(0, 50).flatMap(publicIps).slice(0, 100),
    reportedAt: dateOf(firstOf(outer, 'date')),
    arrivedAt:
      dateOf(firstOf(report, 'arrival-date', 'received-date')) ?? dateOf(trace[0]?.split(';').at(-1) ?? ''),
    incidents: countOf(firstOf(report, 'incidents')),
    reporter: reporter?.toLowerCase() ?? null,
    from: mailbox(firstOf(outer, 'from')).toLowerCase(),
    sourceName: oneLine(firstOf(report, 'source'), 60),
    userAgent: oneLine(firstOf(report, 'user-agent')),
    originalMailFrom: kept(
      mailbox(firstOf(report, 'original-mail-from') || firstOf(original, 'return-path')),
    ),
    reportedDomain: oneLine(firstOf(report, 'reported-domain'), 253).toLowerCase(),
    messageId: kept(firstOf(original, 'message-id') || firstOf(report, 'message-id')),
    campaign: kept(campaign),
    campaignField,
    identity: JSON.stringify([firstOf(outer, 'message-id'), firstOf(outer, 'subject'), report, original]),
  };
}

/** The header of the mail complained of: a part of its own, or, in header-only forms, text. */
function originalIn(parts: Part[]): Fields {
  const part =
    parts.find(({ type }) => ORIGINALS.has(type)) ??
    parts.find(({ type, lines }) => type === 'text/plain' && looksLikeMail(lines));
  return part ? readFields(part.lines, 'empty line') : [];
}

function complaintsOf({ header, parts, all }: Message): Complaint[] {
  const reports = parts.flatMap(({ type }, index) => (type === 'message/feedback-report' ? [index] : []));
  if (reports.length > 0)
    return reports.map((at, index) => {
      const report = readFields(parts[at]?.lines ?? [], 'end');
      return read(header, report, originalIn(parts.slice(at + 1, reports[index + 1])));
    });
  if (JMRP_SUBJECT.test(firstOf(header, 'subject'))) return [read(header, [], originalIn(parts))];
  // Reports that somebody sent on.
  return parts
    .filter(({ type }) => type === 'message/rfc822')
    .flatMap((part) => complaintsOf(messageIn(part, all)));
}

/** The reports in a mail, in their order; none in a mail that is no complaint. */
export function readComplaints(mail: Uint8Array): Complaint[] {
  const { lines } = inputLines(mail);
  const start = Math.max(
    lines.findIndex(({ text }) => text.trim() !== '' && !/^From \S/.test(text)),
    0,
  );
  const own = lines.slice(start);
  const { parts } = mimeParts(own);
  return complaintsOf({
    header: readFields(own, 'empty line'),
    parts: parts.filter(({ within }) => within === 0),
    all: parts,
  });
}
