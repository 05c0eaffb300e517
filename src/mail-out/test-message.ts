import type { SendingAccountRow } from '../database/tables.ts';
import { invalid } from '../problem.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { composeMail, newMessageId } from './compose.ts';
import { dkimOf } from './dkim.ts';
import { checkAddress } from './mail-address.ts';
import { openSession, PATIENCE, type Patience, SmtpTrouble, serverOf } from './smtp.ts';

const TEXT =
  'This is a test message of Delist Desk. Letters to providers leave by the same account.\n\nNothing needs to be done.\n';

/** Somebody waits for the page. */
const SHORT: Patience = { ...PATIENCE, connectMs: 15_000, sendMs: 30_000 };

/** Sends a test message at once and answers what the server said. Nothing of it is kept. */
export async function sendTest(
  account: SendingAccountRow,
  secrets: Secrets,
  to: string,
  patience: Patience = SHORT,
): Promise<{ isGood: boolean; words: string }> {
  const checked = checkAddress(to);
  if ('problem' in checked) throw invalid('to', checked.problem);
  try {
    const raw = await composeMail({
      from: { name: account.from_name, address: account.from_address },
      to: [checked.address],
      replyTo: '',
      subject: 'Test message of Delist Desk',
      text: TEXT,
      at: new Date(),
      messageId: newMessageId(account.from_address),
      references: [],
      attachments: [],
      dkim: dkimOf(secrets, account),
    });
    const session = await openSession(serverOf(account, secrets), patience);
    try {
      const { words } = await session.send({ from: account.from_address, to: [checked.address] }, raw);
      return { isGood: true, words };
    } finally {
      session.end();
    }
  } catch (error) {
    if (error instanceof SmtpTrouble || error instanceof CannotOpenSecret)
      return { isGood: false, words: error.message };
    throw error;
  }
}
