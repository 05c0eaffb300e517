import type { Resolver, SoaRecord } from 'node:dns';
import type { DnsAnswer, RecordType } from './answer.ts';

export type Failure = Extract<DnsAnswer, { status: 'failed' }>;
export const failed = (why: string): Failure => ({ status: 'failed', why });

/** What c-ares tells, in words. Whatever is missing here is named by its code. */
const WHY: Record<string, string> = {
  ETIMEOUT: 'no answer in time',
  ESERVFAIL: 'the resolver could not find out (SERVFAIL)',
  EREFUSED: 'the resolver refuses the question (REFUSED)',
  ECONNREFUSED: 'no resolver answers at its address',
  ENOTIMP: 'the resolver does not know such questions (NOTIMP)',
  EFORMERR: 'the resolver does not understand the question (FORMERR)',
  EBADRESP: 'the answer cannot be read',
  EBADNAME: 'this is no name that can be asked for',
  EBADQUERY: 'this is no name that can be asked for',
};

/** "No such name" and "no such record" are answers; anything else means that nothing is known. */
export function answerOfError(code: string | null): DnsAnswer {
  if (code === 'ENOTFOUND') return { status: 'no-name' };
  if (code === 'ENODATA') return { status: 'no-data' };
  return failed(WHY[code ?? ''] ?? `the question failed (${code ?? 'no code'})`);
}

const found = (records: string[], ttl: number | null = null): DnsAnswer =>
  records.length > 0 ? { status: 'found', records, ttl } : { status: 'no-data' };

type Timed = { address: string; ttl: number }[];
const addresses = (records: Timed): DnsAnswer =>
  found(
    records.map(({ address }) => address),
    records.reduce((least, { ttl }) => Math.min(least, ttl), Number.POSITIVE_INFINITY),
  );

export type Told = (code: string | null | undefined, answer: DnsAnswer) => void;

const told =
  <Records>(tell: Told, read: (records: Records) => DnsAnswer) =>
  (error: NodeJS.ErrnoException | null, records: Records): void =>
    error ? tell(error.code ?? null, answerOfError(error.code ?? null)) : tell(undefined, read(records));

type Question = (resolver: Resolver, name: string, tell: Told) => void;

/** How each type is asked for, and how its records are written. */
const QUESTIONS: Record<RecordType, Question> = {
  A: (resolver, name, tell) => resolver.resolve4(name, { ttl: true }, told(tell, addresses)),
  AAAA: (resolver, name, tell) => resolver.resolve6(name, { ttl: true }, told(tell, addresses)),
  TXT: (resolver, name, tell) =>
    resolver.resolveTxt(
      name,
      told(tell, (records: string[][]) => found(records.map((strings) => strings.join('')))),
    ),
  PTR: (resolver, name, tell) =>
    resolver.resolvePtr(
      name,
      told(tell, (names: string[]) => found(names)),
    ),
  NS: (resolver, name, tell) =>
    resolver.resolveNs(
      name,
      told(tell, (names: string[]) => found(names)),
    ),
  CNAME: (resolver, name, tell) =>
    resolver.resolveCname(
      name,
      told(tell, (names: string[]) => found(names)),
    ),
  MX: (resolver, name, tell) =>
    resolver.resolveMx(
      name,
      told(tell, (hosts: { priority: number; exchange: string }[]) =>
        found(hosts.map(({ priority, exchange }) => `${priority} ${exchange || '.'}`)),
      ),
    ),
  SOA: (resolver, name, tell) =>
    resolver.resolveSoa(
      name,
      told(tell, ({ nsname, hostmaster, serial, refresh, retry, expire, minttl }: SoaRecord) =>
        found([[nsname, hostmaster, serial, refresh, retry, expire, minttl].join(' ')]),
      ),
    ),
};

/** Asks c-ares; `tell` gets its error code, undefined where there is none, and what it means. */
export function question(resolver: Resolver, name: string, type: RecordType, tell: Told): void {
  try {
    QUESTIONS[type](resolver, name, tell);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? null;
    queueMicrotask(() => tell(code, answerOfError(code)));
  }
}
