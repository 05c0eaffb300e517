import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PostfixServer } from './postfix-server.ts';

const DAEMONS = `qmgr      unix  n       -       n       1       1       qmgr
local     unix  -       n       n       -       -       local
lmtp      unix  -       -       n       -       -       lmtp`;

const settings = (transport: string, aliases: string) => `
myhostname = mx.example.com
mydestination = pipe.example.com
alias_maps = ${aliases}
alias_database =
local_recipient_maps =
smtpd_client_connection_count_limit = 0
smtp_tls_security_level = none
message_size_limit = 60000000
mailbox_size_limit = 60000000
default_transport = ${transport}
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
transport_retry_time = 1s
lmtp_destination_concurrency_limit = 10
default_destination_concurrency_failed_cohort_limit = 0
lmtp_connect_timeout = 2s
initial_destination_concurrency = 10
`;

/** A Postfix that hands all mail to a desk. Its folder must be open to others. */
export class PostfixIn extends PostfixServer {
  /** `alias`: the command that `desk@pipe.example.com` is piped into. */
  constructor(
    folder: string,
    port: number,
    { transport, alias = '' }: { transport: string; alias?: string },
  ) {
    const aliases = alias ? `inline:{ { desk = |"${alias}" } }` : '';
    super(folder, port, { main: settings(transport, aliases), daemons: DAEMONS });
  }

  start = () => this.startIn();

  /** Hands over messages as they are; each is in the queue, on disk, when this resolves. */
  async submit(messages: Buffer[], to = 'desk@example.com'): Promise<void> {
    const transport = this.transport(4);
    await Promise.all(
      messages.map((raw) =>
        transport.sendMail({ envelope: { from: 'bounce@provider.example', to: [to] }, raw }),
      ),
    );
    transport.close();
  }

  /** Messages that wait. */
  queued(): number {
    return ['incoming', 'active', 'deferred', 'maildrop']
      .map((name) => join(this.folder, 'queue', name))
      .filter((path) => existsSync(path))
      .reduce(
        (sum, path) =>
          sum +
          readdirSync(path, { recursive: true, withFileTypes: true }).filter((file) => file.isFile()).length,
        0,
      );
  }
}
