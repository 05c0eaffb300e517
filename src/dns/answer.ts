/** Types of records that are asked for (RFC 1035 § 3.2.2, RFC 3596). */
export type RecordType = 'A' | 'AAAA' | 'TXT' | 'PTR' | 'MX' | 'NS' | 'SOA' | 'CNAME';

/**
 * What became of a question. `no-name`: the name does not exist (NXDOMAIN). `no-data`: it exists, without such a
 * record. `failed`: nothing that can be used came back (SERVFAIL, REFUSED, none in time), which is never a "no":
 * `why` says so for people.
 */
export type DnsAnswer =
  | {
      status: 'found';
      /** As text: an address; the joined strings of a TXT; a name without its final dot; `10 mx.example.net`. */
      records: string[];
      /** Seconds that the answer may be kept; null where the resolver does not tell. */
      ttl: number | null;
    }
  | { status: 'no-name' }
  | { status: 'no-data' }
  | { status: 'failed'; why: string };

/** Asks a resolver. It does not throw: what goes wrong is an answer. */
export type Ask = (name: string, type: RecordType) => Promise<DnsAnswer>;

/** Takes an answer when it is there. */
export type Tell = (answer: DnsAnswer) => void;
