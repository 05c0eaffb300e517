import { CHANNEL_WORDS } from '../correspondence/channels.ts';
import { sizeWords } from '../correspondence/message-page.ts';
import { stateWords } from '../incidents/incidents.ts';
import { count, exact } from '../web/format.ts';
import { type Block, facts, heading, note } from './blocks.ts';
import type { DossierOptions } from './options.ts';
import { type DossierRead, TEXT_CHARACTERS } from './store.ts';

const hex = (sha256: Buffer) => sha256.toString('hex');

function cut(text: string): string {
  return text.length > TEXT_CHARACTERS
    ? `${text.slice(0, TEXT_CHARACTERS)}\n[The rest stands in the source of the message, in the archive.]`
    : text;
}

type Message = DossierRead['messages'][number];

function blocksOf(message: Message, { zone, providerName }: DossierOptions): Block[] {
  const isIn = message.direction === 'in';
  const fields = message.form_fields ?? [];
  return [
    heading(`${isIn ? 'From' : 'To'} ${providerName}: ${message.subject || 'without a subject'}`, 2),
    facts([
      [isIn ? 'Received' : 'Sent', exact(message.at, zone)],
      ['From', message.from_address],
      ['To', message.to_address],
      ['By', CHANNEL_WORDS[message.channel]],
      ['Ticket', message.reference],
      ['Delivery', message.dispatch],
      [
        'Verdict',
        message.verdict &&
          `${stateWords(message.verdict)}${message.applied ? '' : ', which has not counted'}`,
      ],
      ['Because of', message.quote && `“${message.quote}”`],
      ['Sender', isIn && message.proven !== null && (message.proven ? 'proven to be theirs' : 'not proven')],
      [
        'Attachments',
        message.attachments
          .map((one) => `${one.file_name || 'without a name'} (${sizeWords(one.byte_length)})`)
          .join(', '),
      ],
      ['SHA-256 of the source', hex(message.sha256)],
    ]),
    // A letter's own text stands above.
    ...(message.letter_id !== null ? [] : [{ kind: 'verbatim' as const, text: cut(message.text) }]),
    ...(fields.length > 0
      ? [
          {
            kind: 'table' as const,
            columns: [
              { title: 'Field of the form', share: 0.3 },
              { title: 'Entered', share: 0.7 },
            ],
            rows: fields.map((field) => [field.label, field.value]),
          },
        ]
      : []),
  ];
}

export function messageBlocks(read: DossierRead, options: DossierOptions): Block[] {
  const blocks = read.messages.flatMap((message) => blocksOf(message, options));
  return [
    heading('Correspondence'),
    ...(blocks.length > 0 ? blocks : [note('None is kept.')]),
    ...(read.messageCount > read.messages.length
      ? [
          note(
            `These are the first ${count(read.messages.length)} of ${count(read.messageCount)} messages. The sources of all are in the .zip of this incident.`,
          ),
        ]
      : []),
  ];
}
