import { setTimeout as wait } from 'node:timers/promises';
import { Talk } from '../../mail-in/talk.fixture.ts';
import { FakeSmtp } from '../../mail-out/smtp.fixture.ts';

export type Target = { urls: string[]; lmtp: number[]; token: string };

/** What the desk said it has, by what is looked for in the end. */
export type Acknowledged = {
  /** Addresses of logged blocks. */
  incidents: Set<string>;
  notes: Set<string>;
  /** Message-IDs of mails that were taken in. */
  mails: Set<string>;
  /** Deliveries of log batches. */
  deliveries: number;
  /** Incidents whose evidence was asked for. */
  checks: Set<number>;
  /** Letters that were given to be sent. */
  letters: Set<number>;
};

const OUTLOOK = (ip: string) =>
  `550 5.7.1 Unfortunately, messages from [${ip}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).`;

/** An address of its own for each number, as it is written canonically. */
const addressOf = (start: string, n: number) =>
  `${start}:${((n >> 12) + 1).toString(16)}::${((n & 0xfff) + 1).toString(16)}`;

/** What a server says whose clock is behind: an agent waits until it has been set. */
const CLOCK_IS_BEHIND = /has not come yet/;

/** A request without an answer is asked again, of the other process, under the same key. */
export class Load {
  readonly acknowledged: Acknowledged = {
    incidents: new Set(),
    notes: new Set(),
    mails: new Set(),
    deliveries: 0,
    checks: new Set(),
    letters: new Set(),
  };
  /** How often an answer failed to come. */
  failures = 0;
  /** Answers that refuse what ought to be taken, in their own words. */
  readonly refusals: string[] = [];
  readonly #target: Target;
  readonly #pauseMs: number;
  #going = true;
  #turn = 0;
  #work: Promise<void>[] = [];
  /** Milliseconds that answers took, newest last. */
  readonly took: number[] = [];

  constructor(target: Target, pauseMs: number) {
    this.#target = target;
    this.#pauseMs = pauseMs;
  }

  start(): void {
    const all = [this.#logging, this.#mailIn, this.#batches, this.#letters];
    this.#work = all.map((one) => this.#again(one.bind(this)));
  }

  /** What has begun is brought to its end. */
  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#work);
  }

  async #again(work: (n: number) => Promise<void>): Promise<void> {
    for (let n = 1; this.#going; n += 1) {
      await work(n).catch((error: unknown) => {
        // It is told at the end.
        if (!(error instanceof Refused)) throw error;
      });
      await wait(this.#pauseMs);
    }
  }

  #next(): number {
    this.#turn = (this.#turn + 1) % this.#target.urls.length;
    return this.#turn;
  }

  /** Until there is an answer. */
  async #post<T>(method: string, path: string, body: object, key?: string): Promise<T> {
    for (;;) {
      const began = performance.now();
      try {
        const answer = await fetch(`${this.#target.urls[this.#next()]}/api/v1${path}`, {
          method,
          headers: {
            authorization: `Bearer ${this.#target.token}`,
            'content-type': 'application/json',
            ...(key ? { 'idempotency-key': key } : {}),
          },
          body: method === 'GET' ? undefined : JSON.stringify(body),
          signal: AbortSignal.timeout(10_000),
        } as RequestInit);
        const text = await answer.text();
        if (answer.ok) {
          this.took.push(performance.now() - began);
          return JSON.parse(text) as T;
        }
        if (answer.status < 500 && answer.status !== 429 && !CLOCK_IS_BEHIND.test(text)) {
          this.refusals.push(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
          throw new Refused();
        }
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
      this.failures += 1;
      await wait(200);
    }
  }

  async #logging(n: number): Promise<void> {
    const ip = addressOf('2001:db8', n);
    const body = {
      report: OUTLOOK(ip),
      addresses: [ip],
      provider: 'outlook-com',
    };
    const { number } = await this.#post<{ number: number }>('POST', '/incidents', body, `incident-${n}`);
    this.acknowledged.incidents.add(ip);
    const text = `Note ${n} of the trial.`;
    await this.#post('POST', `/incidents/${number}/notes`, { text }, `note-${n}`);
    this.acknowledged.notes.add(text);
    if (n % 5 === 0) {
      await this.#post('POST', `/incidents/${number}/evidence`, {}, `check-${n}`);
      this.acknowledged.checks.add(number);
    }
  }

  async #mailIn(n: number): Promise<void> {
    const id = `${n}.${process.pid}@provider.example`;
    const mail = [
      `From: "Support" <support${Math.floor(n / 50)}@provider.example>`,
      'To: desk@example.com',
      `Subject: Re: your request ${n}`,
      `Date: ${new Date().toUTCString()}`,
      `Message-ID: <${id}>`,
      '',
      `We are looking into your request ${n}.`,
      '.',
    ].join('\r\n');
    while (!(await this.#deliver(mail))) {
      this.failures += 1;
      await wait(200);
    }
    this.acknowledged.mails.add(id);
  }

  /** One conversation of LMTP; false when it did not come to its end. */
  async #deliver(mail: string): Promise<boolean> {
    const port = this.#target.lmtp[this.#next()] as number;
    const talk = await Promise.race([Talk.with(port).catch(() => null), wait(10_000, null)]);
    if (talk === null) return false;
    const conversation = async () => {
      for (const line of ['MAIL FROM:<support@provider.example>', 'RCPT TO:<desk@example.com>'])
        if (!(await talk.say(line)).startsWith('250')) return false;
      if (!(await talk.say('DATA')).startsWith('354')) return false;
      return (await talk.say(mail)).startsWith('250');
    };
    const done = await Promise.race([conversation().catch(() => false), wait(15_000, false)]);
    talk.socket.destroy();
    return done;
  }

  async #batches(n: number): Promise<void> {
    const minute = `${new Date().toISOString().slice(0, 16)}Z`;
    const row = (outcome: 'accepted' | 'deferred', count: number) => ({
      minute,
      address: '198.51.100.77',
      via: 'faults mx-out1',
      provider: 'gmail',
      outcome,
      reason: outcome === 'accepted' ? null : 'throttled',
      rule: null,
      replyCode: outcome === 'accepted' ? '250' : '421',
      enhancedCode: null,
      blockCode: null,
      count,
      domains: [{ domain: 'gmail.com', count }],
      samples: [],
    });
    const batch = { source: 'mx-out1 mail.log', observations: [row('accepted', 1 + (n % 90))] };
    await this.#post('POST', '/observations', batch, `batch-${n}`);
    this.acknowledged.deliveries += 1 + (n % 90);
  }

  /** A letter of a block of its own, sent by the desk; every fourth of the others. */
  async #letters(n: number): Promise<void> {
    const ip = addressOf('2001:db8:ffff', n);
    const body = { report: OUTLOOK(ip), addresses: [ip], provider: 'outlook-com' };
    const { number } = await this.#post<{ number: number }>('POST', '/incidents', body, `lettered-${n}`);
    this.acknowledged.incidents.add(ip);
    const draft = { template: 'outlook-com/first', language: 'en' };
    const letter = await this.#post<{ id: number }>(
      'POST',
      `/incidents/${number}/letters`,
      draft,
      `draft-${n}`,
    );
    const { findings } = await this.#post<{ findings: { key: string; level: string }[] }>(
      'GET',
      `/letters/${letter.id}`,
      {},
    );
    const overrides = findings
      .filter((one) => one.level === 'stop')
      .map(({ key }) => ({ finding: key, reason: 'a trial' }));
    if (overrides.length > 0) await this.#post('PATCH', `/letters/${letter.id}`, { overrides });
    const send = { channel: 'email', deliver: true, to: 'support@provider.example.net' };
    await this.#post('POST', `/letters/${letter.id}/send`, send, `send-${n}`);
    this.acknowledged.letters.add(letter.id);
    await wait(3 * this.#pauseMs);
  }
}

class Refused extends Error {}

/** A server that takes the desk's mail for as long as the trial lasts. */
export async function receiverOf(ends: (() => Promise<void>)[]): Promise<FakeSmtp> {
  const teardown = (end: () => Promise<void>) => ends.push(end);
  return FakeSmtp.start({ teardown } as never);
}
