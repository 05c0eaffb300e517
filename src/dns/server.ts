import { Resolver } from 'node:dns';
import { type Hear, Port } from './port.ts';
import { readServer, type ServerAddress } from './server-address.ts';

/** Ports that the questions to one server go out by, in turns. */
const PORTS = 2;

/** One server, asked over UDP. */
export class Server {
  readonly address: ServerAddress;
  readonly #ports: Port[] = [];
  #turn = 0;

  constructor(address: ServerAddress) {
    this.address = address;
  }

  /** Gives what forgets the question. */
  ask(question: Buffer, hear: Hear): () => void {
    const port = this.#portAt(this.#turn);
    this.#turn = (this.#turn + 1) % PORTS;
    return port.ask(question, hear);
  }

  #portAt(turn: number): Port {
    const known = this.#ports[turn];
    if (known?.isOpen) return known;
    const port = new Port(this.address);
    this.#ports[turn] = port;
    return port;
  }

  close(): void {
    for (const port of this.#ports) port.close();
  }
}

/** Those that are named; where none is, those of the system as they are now. */
export const openServers = (names: string[]): Server[] =>
  (names.length > 0 ? names : new Resolver().getServers()).flatMap((name) => {
    const address = readServer(name);
    return address ? [new Server(address)] : [];
  });
