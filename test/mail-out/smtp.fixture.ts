import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';

/** What a server does at a step of the dialogue: a reply, or something that no server should do. */
export type Step = string | ((socket: Socket, server: FakeSmtp) => void);
export type Script = Partial<
  Record<'greeting' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'end', Step>
> & {
  /** By recipient, before `rcpt`. */
  to?: Record<string, Step>;
};

const GOOD = {
  greeting: '220 fake.example.com ESMTP',
  ehlo: '250-fake.example.com\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 50000000',
  auth: '235 2.7.0 Authentication successful',
  mail: '250 2.1.0 Ok',
  rcpt: '250 2.1.5 Ok',
  data: '354 End data with <CR><LF>.<CR><LF>',
  end: '250 2.0.0 Ok: queued as 4F00',
};

/** A server of SMTP, written out here so that it keeps what comes octet by octet and can misbehave at every step. */
export class FakeSmtp {
  script: Script = {};
  /** Every command line, as it came. */
  readonly lines: string[] = [];
  /** The content of each message that was ended with a dot, dots unstuffed. */
  readonly messages: Buffer[] = [];
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get recipients(): string[] {
    return this.lines.flatMap((line) => /^RCPT TO:<(.*)>/.exec(line)?.[1] ?? []);
  }

  static async start(t: Test, script: Script = {}): Promise<FakeSmtp> {
    const fake = new FakeSmtp();
    fake.script = script;
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => fake.stop());
    return fake;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #say(socket: Socket, step: Step): void {
    if (typeof step === 'function') step(socket, this);
    else socket.write(`${step}\r\n`);
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    const script = { ...GOOD, ...this.script };
    let unread = Buffer.alloc(0);
    let inData = false;
    this.#say(socket, script.greeting);
    socket.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      for (;;) {
        if (inData) {
          const end = unread.indexOf('\r\n.\r\n');
          if (end < 0) return;
          const content = unread.subarray(0, end + 2).toString('latin1');
          this.messages.push(Buffer.from(content.replace(/^\.\./gm, '.'), 'latin1'));
          unread = unread.subarray(end + 5);
          inData = false;
          this.#say(socket, script.end);
          continue;
        }
        const end = unread.indexOf('\r\n');
        if (end < 0) return;
        const line = unread.subarray(0, end).toString('latin1');
        unread = unread.subarray(end + 2);
        this.lines.push(line);
        const [verb = ''] = line.toUpperCase().split(' ');
        if (verb === 'EHLO') this.#say(socket, script.ehlo);
        else if (verb === 'AUTH') this.#say(socket, script.auth);
        else if (verb === 'MAIL') this.#say(socket, script.mail);
        else if (verb === 'RCPT') {
          const to = /<(.*)>/.exec(line)?.[1] ?? '';
          this.#say(socket, script.to?.[to] ?? script.rcpt);
        } else if (verb === 'DATA') {
          inData = typeof script.data === 'function' || script.data.startsWith('354');
          this.#say(socket, script.data);
        } else if (verb === 'QUIT') socket.end('221 Bye\r\n');
        else socket.write('502 No\r\n');
      }
    });
  }
}
