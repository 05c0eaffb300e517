import { randomFillSync } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { answers, HEAD } from './question.ts';
import type { ServerAddress } from './server-address.ts';

/** Questions that go out by one port: then another one, as random, takes its place. */
const MOST = 512;

const ids = new Uint16Array(1024);
let idsLeft = 0;
/** What nobody can foresee who has not seen the question (RFC 5452 § 4.3). */
function randomId(): number {
  if (idsLeft === 0) idsLeft = randomFillSync(ids).length;
  idsLeft -= 1;
  return ids[idsLeft] as number;
}

/** Takes the answer; undefined where there is no such server. */
export type Hear = (message: Buffer | undefined) => void;
type Out = { question: Buffer; hear: Hear };

/**
 * A UDP port of ours, picked at random by the system, and the questions that are out by it. It is connected: what
 * comes from another address or port than the server’s, the system drops; and it tells when nobody is there.
 */
export class Port {
  readonly #socket: Socket;
  readonly #out = new Map<number, Out>();
  readonly #unsent: Buffer[] = [];
  #left = MOST;
  #isConnected = false;
  #isClosed = false;

  constructor({ host, port }: ServerAddress) {
    this.#socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    this.#socket.unref();
    this.#socket.on('connect', () => {
      this.#isConnected = true;
      this.#sendAll();
    });
    this.#socket.on('message', (message) => this.#take(message));
    this.#socket.on('error', () => this.#fail());
    this.#socket.connect(port, host);
  }

  /** Whether it takes another question. */
  get isOpen(): boolean {
    return this.#left > 0 && !this.#isClosed;
  }

  /** Sends a question, its id set here; gives what forgets it. */
  ask(question: Buffer, hear: Hear): () => void {
    let id = randomId();
    while (this.#out.has(id)) id = randomId();
    question.writeUInt16BE(id, 0);
    const out = { question, hear };
    this.#left -= 1;
    this.#out.set(id, out);
    if (this.#unsent.push(question) === 1 && this.#isConnected) setImmediate(this.#sendAll);
    return () => this.#forget(id, out);
  }

  close(): void {
    if (!this.#isClosed) this.#socket.close();
    this.#isClosed = true;
  }

  /** All that follow from the answers of one moment go out together: to wake the server for each costs more than to ask. */
  readonly #sendAll = (): void => {
    if (this.#isClosed) return;
    for (const question of this.#unsent.splice(0)) this.#socket.send(question, this.#sent);
  };

  readonly #sent = (error: Error | null): void => {
    if (error) this.#fail();
  };

  /** What answers no question that is out is not heard: the question still waits for its answer. */
  #take(message: Buffer): void {
    if (message.length < HEAD) return;
    const id = message.readUInt16BE(0);
    const out = this.#out.get(id);
    if (!out || !answers(message, out.question)) return;
    this.#forget(id, out);
    out.hear(message);
  }

  /** Another question may have the id by now. */
  #forget(id: number, out: Out): void {
    if (this.#out.get(id) === out) this.#out.delete(id);
    if (this.#left === 0 && this.#out.size === 0) this.close();
  }

  #fail(): void {
    const all = [...this.#out.values()];
    this.#out.clear();
    this.close();
    for (const { hear } of all) hear(undefined);
  }
}
