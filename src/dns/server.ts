import { type Hear, Port } from './port.ts';
import type { ServerAddress } from './servers.ts';

/** Ports that the questions to one server go out by, in turns: one alone would have to be guessed but once. */
const PORTS = 4;

/** One server, asked over UDP. */
export class Server {
  readonly address: ServerAddress;
  readonly #ports: (Port | undefined)[] = [];
  #turn = 0;

  constructor(address: ServerAddress) {
    this.address = address;
  }

  ask(question: Buffer, hear: Hear): () => void {
    this.#turn = (this.#turn + 1) % PORTS;
    let port = this.#ports[this.#turn];
    if (!port?.isOpen) {
      port = new Port(this.address);
      this.#ports[this.#turn] = port;
    }
    return port.ask(question, hear);
  }

  close(): void {
    for (const port of this.#ports) port?.close();
  }
}
