import type { FilingSuggestion, IncidentState } from '../../database/tables.ts';

/** An incident that has something in common with a mail. */
export type Candidate = { incident: number; state: IncidentState; provider: string };

/** What a mail and our incidents have in common, as the store found it. */
export type Likeness = {
  /** Incidents of the messages that it answers: of each Message-ID, the nearest first. */
  answers: Candidate[][];
  /** The incident whose signed reply address it was sent to. */
  tagged: Candidate | null;
  /** Incidents that have a ticket which the mail names. */
  tickets: (Candidate & { reference: string })[];
  /** Incidents with an address that the mail names. */
  addresses: (Candidate & { address: string })[];
  /** Incidents with a message of ours of that subject. */
  subjects: Candidate[];
  /** Incidents of the sender's desk that are not closed, the one asked last first. */
  ofProvider: Candidate[];
};

/** Whose desk wrote, by catalogue keys, and whether its sender address says so. */
export type Sender = { providers: string[]; bySender: boolean };

export type Filing = { incident: number; by: string } | { incident: null; suggestions: FilingSuggestion[] };

const MOST_SUGGESTIONS = 5;

const distinct = (candidates: Candidate[]) => [...new Set(candidates.map(({ incident }) => incident))];

/** The one incident of these; undefined where there is none, or more than one. */
function only(candidates: Candidate[]): number | undefined {
  const numbers = distinct(candidates);
  return numbers.length === 1 ? numbers[0] : undefined;
}

/** What is certain, the surest first. */
function certain(found: Likeness, sender: Sender): { incident: number; by: string } | undefined {
  const nearest = found.answers.find((candidates) => candidates.length > 0);
  const answered = nearest && only(nearest);
  if (answered !== undefined) return { incident: answered, by: 'the message that it answers' };
  // An answer to two incidents at once is for a person to tell.
  if (nearest) return undefined;
  if (found.tagged)
    return { incident: found.tagged.incident, by: 'our reply address, made for this incident' };
  const theirs = ({ provider }: Candidate) => sender.providers.includes(provider);
  const ticket = only(found.tickets);
  const named = found.tickets.find(theirs);
  if (ticket !== undefined && named) return { incident: ticket, by: `ticket ${named.reference}` };
  if (found.tickets.length > 0 || !sender.bySender) return undefined;
  const open = found.addresses.filter((one) => theirs(one) && one.state !== 'closed');
  const addressed = only(open);
  return addressed === undefined
    ? undefined
    : { incident: addressed, by: `its sender and the address ${open[0]?.address}` };
}

/** How much each thing in common says, from 0 to 1. */
const WEIGHTS = {
  answers: 0.8,
  ticket: 0.7,
  foreignTicket: 0.5,
  providerAndAddress: 0.6,
  address: 0.35,
  subject: 0.4,
  provider: 0.2,
} as const;
/** An incident that is over is less likely meant. */
const CLOSED = 0.5;

const FROM_PROVIDER = 'it is from its provider';
/** Whether a reason says what no other one says with more. */
const isNews = (why: string, _: number, all: string[]) =>
  !all.some((other) => other !== why && other.startsWith(why));

type Hint = { candidate: Candidate; weight: number; why: string };

function hints(found: Likeness, { providers }: Sender): Hint[] {
  const theirs = ({ provider }: Candidate) => providers.includes(provider);
  return [
    ...found.answers
      .flat()
      .map((candidate) => ({ candidate, weight: WEIGHTS.answers, why: 'it answers a message of it' })),
    ...found.tickets.map((candidate) => ({
      candidate,
      weight: theirs(candidate) ? WEIGHTS.ticket : WEIGHTS.foreignTicket,
      why: `it names ticket ${candidate.reference}${theirs(candidate) ? '' : ', but comes from somebody else'}`,
    })),
    ...found.addresses.map((candidate) => ({
      candidate,
      weight: theirs(candidate) ? WEIGHTS.providerAndAddress : WEIGHTS.address,
      why: theirs(candidate)
        ? `${FROM_PROVIDER} and names ${candidate.address}`
        : `it names ${candidate.address}`,
    })),
    ...found.subjects.map((candidate) => ({
      candidate,
      weight: WEIGHTS.subject,
      why: 'it has the subject of a message that we sent',
    })),
    ...found.ofProvider.map((candidate) => ({
      candidate,
      weight: WEIGHTS.provider,
      why: candidate.state === 'awaiting-provider' ? 'its provider owes an answer' : FROM_PROVIDER,
    })),
  ];
}

/** Each reason makes an incident likelier; the same reason twice does not. */
function ranked(all: Hint[]): FilingSuggestion[] {
  const byIncident = new Map<number, Hint[]>();
  for (const hint of all) {
    const known = byIncident.get(hint.candidate.incident) ?? [];
    if (!known.some(({ why }) => why === hint.why)) known.push(hint);
    byIncident.set(hint.candidate.incident, known);
  }
  return [...byIncident]
    .map(([incident, some]) => {
      const doubt = some.reduce((product, { weight }) => product * (1 - weight), 1);
      const over = some[0]?.candidate.state === 'closed';
      const score = (1 - doubt) * (over ? CLOSED : 1);
      const why = some
        .toSorted((a, b) => b.weight - a.weight)
        .map((hint) => hint.why)
        .filter(isNews)
        .slice(0, 3)
        .join('; ');
      return { incident, score: Math.round(score * 100) / 100, why: over ? `${why}; it is closed` : why };
    })
    .sort((a, b) => b.score - a.score || b.incident - a.incident)
    .slice(0, MOST_SUGGESTIONS);
}

/** Where a mail belongs: one incident, where that is certain, else the likeliest ones for a person to choose from. */
export function file(found: Likeness, sender: Sender): Filing {
  const sure = certain(found, sender);
  return sure ?? { incident: null, suggestions: ranked(hints(found, sender)) };
}
