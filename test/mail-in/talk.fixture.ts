import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Test } from 'tap';
import type { Db } from '../../src/database/open.ts';
import { Intake } from '../../src/mail-in/intake.ts';
import { type Listening, mailListener } from '../../src/mail-in/listener.ts';
import { Room } from '../../src/mail-in/room.ts';

const MB = 1024 * 1024;

/** A listener on a port of its own, which ends with the test. */
export async function listen(t: Test, db: Db, more: Partial<Listening> = {}): Promise<number> {
  const server = mailListener({
    protocol: 'lmtp',
    intake: new Intake(db),
    intakeAddresses: [],
    limits: { max: 2 * MB, room: new Room(8 * MB), longest: 60_000 },
    warn: () => undefined,
    ...more,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  t.teardown(() => new Promise<void>((resolve) => server.close(resolve)));
  return (server.server.address() as { port: number }).port;
}

/** A client that writes exactly what it is told, and reads replies line by line. */
export class Talk {
  readonly socket: Socket;
  #text = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1');
      socket.emit('more');
    });
    socket.on('close', () => socket.emit('more'));
  }

  /** Connected and greeted. */
  static async with(port: number, hello = 'LHLO mx.example.com'): Promise<Talk> {
    const socket = connect(port, '127.0.0.1');
    const talk = new Talk(socket);
    await talk.reply();
    await talk.say(hello);
    return talk;
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** The next reply: its last line; empty when the server hung up. */
  async reply(): Promise<string> {
    for (;;) {
      const [whole = '', line = ''] = /^(?:\d{3}-.*\r\n)*(\d{3} .*)\r\n/.exec(this.#text) ?? [];
      if (whole) {
        this.#text = this.#text.slice(whole.length);
        return line;
      }
      if (this.socket.closed) return '';
      await once(this.socket, 'more');
    }
  }

  say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  /** A whole transaction up to the data. */
  async envelope(
    to: string[] = ['desk@example.com'],
    from = 'a@provider.example',
    more = '',
  ): Promise<string> {
    await this.say(`MAIL FROM:<${from}>${more}`);
    for (const recipient of to) await this.say(`RCPT TO:<${recipient}>`);
    return this.say('DATA');
  }

  /** Sends data that ends itself, and reads a reply for each recipient. */
  async data(text: string | Buffer, recipients = 1): Promise<string[]> {
    this.write(text);
    const replies: string[] = [];
    for (let n = 0; n < recipients; n++) replies.push(await this.reply());
    return replies;
  }

  end(): void {
    this.socket.destroy();
  }
}

export const mailOf = (n: number | string, from = 'a@provider.example', body = 'We lifted it.') =>
  `From: Support <${from}>\r\nTo: desk@example.com\r\nMessage-ID: <${n}@provider.example>\r\n\r\n${body}\r\n`;
