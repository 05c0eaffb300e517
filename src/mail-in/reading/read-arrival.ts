import { aside, WORTH_A_THREAD } from '../../aside/aside.ts';
import { publicIps } from '../../bounces/sending-ip.ts';
import { allOf } from '../../complaints/fields.ts';
import { type ReadReports, readReports } from '../../complaints/read-reports.ts';
import { readMail, writtenAt } from '../../correspondence/mail.ts';
import { findTicketReferences } from '../../correspondence/reading/ticket-reference.ts';
import type { Arrived, NewMessage } from '../../correspondence/store.ts';
import { readAnswer } from '../../correspondence/take-message.ts';
import type { ArrivalRow, MessageKind } from '../../database/tables.ts';
import type { Ask } from '../../dns/answer.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import type { Sender } from '../filing/filing.ts';
import type { Traces } from '../filing/likeness.ts';
import { authenticate } from './authenticity.ts';
import type { KindAside } from './kind-aside.ts';
import { fieldsOf } from './mail-fields.ts';
import { isAnswerSubject, mailKind, withoutAnswerMark } from './mail-kind.ts';
import { desksAt, isProven } from './proof.ts';
import { type ReturnedMail, returnedMail } from './returned-mail.ts';
import { answeredIds } from './thread-ids.ts';

export type TakenArrival = ArrivalRow & { raw: Buffer; authserv_id: string };

/** A mail as it was read: a message to file, or reports of a feedback loop. */
export type ReadArrival =
  | { reports: ReadReports }
  | {
      message: NewMessage & { arrived: Arrived };
      traces: Traces;
      sender: Sender;
      /** What a delivery report says of the mail that it is about. */
      returned: ReturnedMail | undefined;
    };

const MAX_SEARCHED = 200_000;
const MOST_NAMED = 20;
/** A subject shorter than this is everybody's. */
const TELLING_SUBJECT = 12;

const RANGE = /(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}\/(?:2[0-9]|3[01])(?!\d)/g;
const octetsFit = (range: string) => range.split(/[./]/).every((number) => Number(number) <= 255);

/** Public IP addresses and small ranges in a text, each once. */
function networksIn(text: string): string[] {
  const searched = text.slice(0, MAX_SEARCHED);
  const ranges = (searched.match(RANGE) ?? []).filter(octetsFit);
  return [...new Set([...publicIps(searched), ...ranges])].slice(0, MOST_NAMED);
}

const ADDRESS = /[^\s<>",;:]{1,300}@[a-z0-9.-]{1,253}/gi;

/** Addresses that it was sent to: of the envelope, and of the header fields that name recipients. */
function recipientsOf(arrival: TakenArrival): string[] {
  const named = allOf(fieldsOf(arrival.raw), 'to', 'cc', 'delivered-to', 'x-original-to').flatMap(
    (value) => value.match(ADDRESS) ?? [],
  );
  return [...new Set([...arrival.envelope_recipients, ...named])].slice(0, 100);
}

/** Of such a report only what it says by its form counts, not the words of the mail that came back. */
const UNREAD = { verdict: 'other', confidence: 1, quote: null } as const;

const KIND = new URL('./kind-aside.ts', import.meta.url);
/** A few mails are read at a time, so they may wait for the thread however many others do. */
const PATIENT = { patient: true };

async function kindOf(raw: Buffer, told: Omit<KindAside, 'raw'>): Promise<MessageKind> {
  return raw.length >= WORTH_A_THREAD
    ? aside<MessageKind>(KIND, { raw, ...told }, PATIENT)
    : mailKind(raw, told);
}

/** Reads a mail that came in: what it is, who sent it, what it says. Asks the DNS; changes nothing. */
export async function readArrival(
  arrival: TakenArrival,
  desk: { catalogue: Catalogue; ask: Ask; keepComplaintMails: boolean },
  now: Date,
): Promise<ReadArrival> {
  const { raw } = arrival;
  const { catalogue } = desk;
  const { sentAt, ...mail } = await readMail(raw, PATIENT);
  const kind = await kindOf(raw, { envelopeSender: arrival.envelope_sender, subject: mail.subject });
  if (kind === 'complaint')
    return {
      reports: await readReports(raw, 'mail', { catalogue, keepMails: desk.keepComplaintMails }, PATIENT),
    };
  const authenticity = await authenticate(
    {
      raw,
      clientAddress: arrival.client_address,
      helo: arrival.client_helo ?? '',
      envelopeSender: arrival.envelope_sender,
      authservId: arrival.authserv_id,
    },
    desk.ask,
    now,
  );
  const answer = readAnswer(mail, { catalogue });
  const desks = desksAt(authenticity.fromDomain, catalogue).map(({ key }) => key);
  const providers = desks.length > 0 ? desks : answer.provider === null ? [] : [answer.provider];
  const returned = kind === 'delivery-report' ? returnedMail(raw) : undefined;
  const subject = withoutAnswerMark(mail.subject);
  return {
    message: {
      direction: 'in',
      channel: 'email',
      at: writtenAt(sentAt, arrival.received_at),
      raw,
      rawType: 'message/rfc822',
      mail,
      reading: kind === 'delivery-report' ? UNREAD : answer.reading,
      reference: answer.reference,
      arrived: {
        id: arrival.id,
        kind,
        authenticity,
        proven: isProven(authenticity, mail.from, catalogue),
        suggestions: null,
      },
    },
    traces: {
      answers: returned ? [returned.messageId] : answeredIds(raw),
      recipients: recipientsOf(arrival),
      references: findTicketReferences(`${mail.subject}\n${mail.text}`, catalogue, providers[0]).map(
        ({ reference }) => reference,
      ),
      addresses: networksIn(`${mail.subject}\n${mail.text}`),
      subject: isAnswerSubject(mail.subject) && subject.length >= TELLING_SUBJECT ? subject : '',
      providers,
    },
    sender: { providers, bySender: desks.length > 0 },
    returned,
  };
}

/** A mail that nothing can be made of, kept with its source and with what is wrong. */
export function unreadArrival(arrival: TakenArrival, problem: string): ReadArrival {
  return {
    message: {
      direction: 'in',
      channel: 'email',
      at: arrival.received_at,
      raw: arrival.raw,
      rawType: 'message/rfc822',
      mail: {
        from: arrival.envelope_sender ?? '',
        to: '',
        subject: '',
        text: '',
        html: null,
        messageId: null,
        attachments: [],
        problem,
      },
      reading: { verdict: 'other', confidence: 0, quote: null },
      reference: null,
      arrived: {
        id: arrival.id,
        kind: 'reply',
        authenticity: { fromDomain: '', results: [], provenBy: '', unknown: 'the mail could not be read' },
        proven: null,
        suggestions: null,
      },
    },
    traces: { answers: [], recipients: [], references: [], addresses: [], subject: '', providers: [] },
    sender: { providers: [], bySender: false },
    returned: undefined,
  };
}
