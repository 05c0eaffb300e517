import type { Said } from '../bounces/said.ts';

/**
 * What a line tells of one delivery, as the log writes it; octets are Latin-1 characters. Null means that the
 * line does not say.
 */
export type Delivery = {
  /** Domains of the recipients, one for each. */
  domains: string[];
  /** The receiving host and its address. */
  host: string | null;
  hostIp: string | null;
  /** Our own address. */
  source: string | null;
  /** What the mail was sent through, where the head of the line does not say it. */
  transport: string | null;
};

/** The receiver took the mail. */
export type Accepted = Delivery & { codes: number };

/** The receiver, or somebody on the way, said something else. */
export type Answered = Delivery & {
  /** What was said, with the words of the log around it that vary no more than it does. */
  reply: string;
  /** Reads the line with another reply in the place of its own. */
  read: (reply: string) => Said | null;
  /** Whether the log calls it put off rather than given up. */
  putOff: boolean;
  /** The lines that tell of it, as they were. */
  lines: string;
};

export type Sink = { accepted: (delivery: Accepted) => void; answered: (delivery: Answered) => void };

/** Reads one line of a format; `at` is where its message begins, behind stamp, host and program. */
export type Reader = (line: string, at: number, sink: Sink) => void;

/** The part after the last `@`; null when there is none. */
export function domainPart(address: string): string | null {
  const at = address.lastIndexOf('@');
  return at < 0 || at === address.length - 1 ? null : address.slice(at + 1);
}

/** The domain of one recipient, as a list. */
export function domainsOf(address: string | null | undefined): string[] {
  const domain = address == null ? null : domainPart(address);
  return domain === null ? [] : [domain];
}
