import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Browser } from '../desk.ts';

export type Told = {
  id: string;
  event: string;
  data: { all?: boolean; incidents?: { number: number; kinds: string[] }[]; mark?: string };
};

/** A page that listens, without a browser. */
export type Listening = {
  status: number;
  headers: Headers;
  told: Told[];
  /** Resolves once something is told for which this holds. */
  until: (holds: (one: Told) => boolean) => Promise<Told>;
  ended: Promise<void>;
  close: () => void;
};

export async function urlOf(app: FastifyInstance): Promise<string> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

function readEvent(text: string): Told | undefined {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  const event = field('event');
  return event ? { id: field('id') ?? '', event, data: JSON.parse(field('data') ?? '{}') } : undefined;
}

export async function listen(
  app: FastifyInstance,
  browser: Browser,
  { after = '', last = '' }: { after?: string; last?: string } = {},
): Promise<Listening> {
  const ending = new AbortController();
  const answer = await fetch(`${await urlOf(app)}/events${after ? `?after=${after}` : ''}`, {
    headers: {
      accept: 'text/event-stream',
      cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(last ? { 'last-event-id': last } : {}),
    },
    redirect: 'manual',
    signal: ending.signal,
  });
  const told: Told[] = [];
  let wake = () => {};
  const read = async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) {
      const parts = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
      text = parts.pop() ?? '';
      told.push(...parts.flatMap((part) => readEvent(part) ?? []));
      wake();
    }
  };
  return {
    status: answer.status,
    headers: answer.headers,
    told,
    until: async (holds) => {
      for (;;) {
        const found = told.find(holds);
        if (found) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    ended: read().catch(() => {}),
    close: () => ending.abort(),
  };
}

/** Whether an event tells of an incident. */
export const tellsOf = (number: number) => (one: Told) =>
  one.data.incidents?.some((incident) => incident.number === number) ?? false;
