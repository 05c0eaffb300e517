import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PostfixServer } from './postfix-server.ts';

/** Name of the receiver's mail exchanger, as the log of a real delivery has it. */
const EXCHANGER = 'outlook-com.olc.protection.outlook.com';
const DOMAINS = ['outlook.com', 'hotmail.com', 'live.com'];
const SENDER = 'orders@harbour.example.com';
const SUBMISSION = 587;

const DAEMONS = `qmgr      unix  n       -       n       300     1       qmgr
smtp      unix  -       -       y       -       -       smtp`;

const settings = (address: string) => `
myhostname = mx-out1.harbour.example.com
mydestination =
alias_maps =
local_recipient_maps =
smtp_host_lookup = native
smtp_tls_security_level = none
smtp_bind_address = ${address}
default_transport = discard
transport_maps = inline:{ ${DOMAINS.map((domain) => `{ ${domain} = smtp:[${EXCHANGER}] }`).join(', ')} }
`;

/**
 * A Postfix that sends. Its SMTP client sees only the hosts file of its queue folder, so that it finds the receiver by
 * the name of a real exchanger, and nobody else.
 */
export class Postfix extends PostfixServer {
  /** `from` is the address it sends from, `to` that of the receiver. */
  constructor(folder: string, { from, to }: { from: string; to: string }) {
    super(folder, SUBMISSION, { main: settings(from), daemons: DAEMONS });
    mkdirSync(join(folder, 'queue/etc'));
    chmodSync(join(folder, 'queue/etc'), 0o755);
    writeFileSync(join(folder, 'queue/etc/hosts'), `127.0.0.1 localhost\n${to} ${EXCHANGER}\n`);
    writeFileSync(join(folder, 'queue/etc/nsswitch.conf'), 'hosts: files\n');
  }

  /** Lines of deliveries, for whoever wants to see them. */
  deliveries(): string[] {
    return this.log()
      .split('\n')
      .filter((line) => line.includes('postfix/smtp['));
  }

  /** Starts, with the log's stamps that many hours back. */
  start = (hoursBack: number) => this.startIn(`TRIAL${hoursBack}`);

  /** Hands Postfix so many messages, each to one recipient. */
  async submit(messages: number): Promise<void> {
    const transport = this.transport();
    for (let n = 0; n < messages; n++)
      await transport.sendMail({
        envelope: { from: SENDER, to: [`customer${n}@${DOMAINS[n % DOMAINS.length]}`] },
        from: SENDER,
        to: `customer${n}@${DOMAINS[n % DOMAINS.length]}`,
        subject: `Your order ${1000 + n}`,
        text: 'Thank you for your order. It leaves our harbour tomorrow.',
      });
    transport.close();
  }
}
