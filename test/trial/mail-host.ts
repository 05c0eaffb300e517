import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { PostfixServer } from './postfix-server.ts';

const USER = 'mail';
const SUBMISSION = 587;

const DAEMONS = `qmgr      unix  n       -       n       300     1       qmgr
virtual   unix  -       n       n       -       -       virtual`;

const idOf = (flag: string) => execFileSync('id', [flag, USER], { encoding: 'utf8' }).trim();

const settings = (boxes: string, addresses: Record<string, string>) => `
myhostname = mail.harbour.example.com
mydestination =
alias_maps =
recipient_delimiter = +
virtual_mailbox_domains = ${[...new Set(Object.keys(addresses).map((address) => address.split('@')[1]))].join(', ')}
virtual_mailbox_base = ${boxes}
virtual_mailbox_maps = inline:{ ${Object.entries(addresses)
  .map(([address, box]) => `{ ${address} = ${box}/ }`)
  .join(', ')} }
virtual_uid_maps = static:${idOf('-u')}
virtual_gid_maps = static:${idOf('-g')}
virtual_minimum_uid = 1
default_transport = error:nobody else is here
`;

/**
 * A Postfix that puts mail into Maildirs, which a Dovecot shows. `addresses` says whose mail goes to which; tags behind
 * a `+` are left out of account.
 */
export class MailHost extends PostfixServer {
  readonly #boxes: string;

  constructor(folder: string, boxes: string, addresses: Record<string, string>) {
    super(folder, SUBMISSION, { main: settings(boxes, addresses), daemons: DAEMONS });
    this.#boxes = boxes;
  }

  /** Gives mails to it signed. */
  signing(dkim: { domainName: string; keySelector: string; privateKey: string }) {
    return nodemailer.createTransport({ host: '127.0.0.1', port: this.port, ignoreTLS: true, dkim });
  }

  /** The mails in somebody's Maildir. */
  mails(box: string): Buffer[] {
    const folder = (part: string) => join(this.#boxes, box, part);
    return ['cur', 'new']
      .filter((part) => existsSync(folder(part)))
      .flatMap((part) => readdirSync(folder(part)).map((name) => join(folder(part), name)))
      .map((file) => readFileSync(file));
  }
}
