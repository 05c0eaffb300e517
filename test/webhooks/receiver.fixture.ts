import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import type { WebhookEvent } from '../../src/webhooks/event.ts';

export type Got = {
  id: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  event: WebhookEvent;
  at: number;
};
/** How the receiver answers: a status, or by itself. */
export type Script = (got: Got, response: ServerResponse) => number | undefined;

/** A receiver of webhooks on 127.0.0.1 that keeps what it got and answers as a test says. */
export class Receiver {
  readonly got: Got[] = [];
  script: Script = () => 204;
  /** The most requests that were open at one time. */
  most = 0;
  #open = 0;
  port = 0;

  static async start(t: Test, script?: Script): Promise<Receiver> {
    const receiver = new Receiver();
    if (script) receiver.script = script;
    const server = createServer((request, response) => {
      receiver.#open += 1;
      receiver.most = Math.max(receiver.most, receiver.#open);
      response.on('close', () => {
        receiver.#open -= 1;
      });
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const got: Got = {
          id: String(request.headers['webhook-id']),
          path: request.url ?? '',
          headers: request.headers,
          body,
          event: JSON.parse(body),
          at: performance.now(),
        };
        receiver.got.push(got);
        const status = receiver.script(got, response);
        if (status !== undefined) response.writeHead(status).end(`status ${status}`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    receiver.port = (server.address() as AddressInfo).port;
    t.teardown(() => {
      server.closeAllConnections();
      server.close();
    });
    return receiver;
  }

  url(path = '/hooks/canary-path-91f3'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }
}
