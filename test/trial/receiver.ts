import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A receiver that speaks SMTP as Outlook.com's servers do: it takes mail, or has its client on a block list. */
export class Receiver {
  isBlocking = false;
  accepted = 0;
  refused = 0;
  readonly #server: Server = createServer((socket) => this.#talk(socket));
  readonly #open = new Set<Socket>();

  async listen(address: string): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(25, address, resolve));
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }

  #talk(socket: Socket): void {
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket)).on('error', () => socket.destroy());
    const say = (line: string) => socket.write(`${line}\r\n`);
    let inData = false;
    let octets = 0;
    say('220 VI1EUR05FT.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready');
    const lines = createInterface({ input: socket });
    // Postfix hangs up on a connection that it has no more use for.
    lines.on('error', () => undefined);
    lines.on('line', (line) => {
      if (!inData) {
        const verb = line.split(/[\s:]/, 1)[0]?.toUpperCase();
        inData = verb === 'DATA';
        octets = 0;
        say(this.#answer(verb, socket.remoteAddress));
        if (verb === 'QUIT') socket.end();
        return;
      }
      octets += line.length + 2;
      if (line !== '.') return;
      inData = false;
      this.accepted += 1;
      say(
        `250 2.6.0 <${this.accepted}@trial.example> [InternalId=${1_000_000 + this.accepted}, Hostname=VI1P000.eurprd05.prod.outlook.com] ${octets} bytes in 0.120, 12.3 KB/sec Queued mail for delivery -> 250 2.1.5`,
      );
    });
  }

  #answer(verb: string | undefined, client: string | undefined): string {
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return '250 VI1EUR05FT.mail.protection.outlook.com Hello';
      case 'MAIL':
        return this.#sender(client);
      case 'RCPT':
        return '250 2.1.5 Recipient OK';
      case 'DATA':
        return '354 Start mail input; end with <CRLF>.<CRLF>';
      case 'QUIT':
        return '221 2.0.0 Service closing transmission channel';
      case 'RSET':
      case 'NOOP':
        return '250 2.0.0 OK';
      default:
        return '500 5.3.3 Unrecognized command';
    }
  }

  #sender(client: string | undefined): string {
    if (!this.isBlocking) return '250 2.1.0 Sender OK';
    this.refused += 1;
    return `550 5.7.1 Unfortunately, messages from [${client}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). [VI1EUR05FT.eop-eur05.prod.protection.outlook.com]`;
  }
}
