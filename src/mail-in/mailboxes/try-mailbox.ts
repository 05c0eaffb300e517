import type { MailboxRow } from '../../database/tables.ts';
import { connectTo, inTime, leave, type MailServer } from './imap.ts';
import { wordsFor } from './imap-words.ts';

/** Opens a mailbox and says what its server says, for the person who asked. Takes nothing. */
export async function tryMailbox(row: MailboxRow, server: MailServer): Promise<string> {
  try {
    const client = await connectTo(row, server);
    try {
      const opened = await inTime(client, client.mailboxOpen(row.folder, { readOnly: true }), 30_000);
      const idle = client.capabilities.has('IDLE')
        ? 'It tells of new ones at once'
        : 'It is asked every two minutes';
      const messages = opened.exists === 1 ? 'message' : 'messages';
      return `${row.host} holds ${opened.exists} ${messages} in ${row.folder}. ${idle}.`;
    } finally {
      await leave(client);
    }
  } catch (error) {
    return wordsFor(error, row);
  }
}
