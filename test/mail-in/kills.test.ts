import t from 'tap';
import { emptyDatabase } from '../database.ts';
import { freePort } from '../free-port.ts';
import { killMail, whyNoMailKills } from '../trial/mail-kills.ts';

t.test(
  'threat 35: kill -9 of the server while mail comes from Postfix and Dovecot: each is there once, as it was sent',
  { skip: whyNoMailKills() ?? false },
  async (t) => {
    const { url } = await emptyDatabase(t);
    const ports = {
      web: await freePort(),
      lmtp: await freePort(),
      smtp: await freePort(),
      imap: await freePort(),
    };
    const result = await killMail({
      messages: 500,
      seed: 7,
      kills: 4,
      ports,
      ...(url ? { databaseUrl: url } : {}),
    });
    t.match(result, { sent: 500, stored: 500, missing: 0, twice: 0, strange: 0, altered: 0 });
    t.ok(result.acknowledged >= 250, `${result.acknowledged} were acknowledged to Postfix`);
  },
);
