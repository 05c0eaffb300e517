import { publicIps } from '../bounces/sending-ip.ts';
import type { MessageShown } from '../correspondence/store.ts';
import { verdictBadge } from '../correspondence/verdict-badge.ts';
import { visibleName } from '../correspondence/visible-signs.ts';
import type { AuthResult, IncidentState, MessageKind } from '../database/tables.ts';
import { stateWords } from '../incidents/incidents.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { desksAt, proofWords } from './proof.ts';

/** What a mail is, for people; an ordinary answer needs no word. */
export const KIND_WORDS: Record<MessageKind, string> = {
  reply: '',
  automatic: 'automatic mail',
  'delivery-report': 'delivery report',
  complaint: 'complaint',
  list: 'list mail',
};

const METHODS: Record<AuthResult['method'], string> = {
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  arc: 'ARC',
};
const RESULT_IS: Record<string, string> = { pass: 'good', fail: 'bad', softfail: 'bad', permerror: 'bad' };
const ICONS: Record<string, string> = { good: 'e-good', bad: 'e-bad', unknown: 'e-unknown' };

const EXCERPT = 200;

function excerpt(text: string): string {
  const folded = text
    .slice(0, EXCERPT * 4)
    .replace(/\s+/g, ' ')
    .trim();
  return folded.length > EXCERPT ? `${folded.slice(0, EXCERPT)}…` : folded;
}

export type Titles = Map<number, { title: string; state: IncidentState }>;

/** Who a message is really from, in a sentence, and what that rests on. */
export function authenticityView(
  message: Pick<MessageShown, 'authenticity' | 'from_address'>,
  catalogue: Catalogue,
) {
  const { words, is } = proofWords(message.authenticity, message.from_address, catalogue);
  return {
    words,
    is,
    icon: ICONS[is] ?? 'e-unknown',
    results: (message.authenticity?.results ?? []).map(({ method, result, words: said }) => ({
      method: METHODS[method],
      words: said,
      is: RESULT_IS[result] ?? '',
    })),
  };
}

/** The suggestions of a message, with what a person needs to choose: nothing is filed without one. */
function suggestionsView(message: MessageShown, titles: Titles) {
  return (message.suggestions ?? []).flatMap(({ incident, score, why }, index) => {
    const known = titles.get(incident);
    return known
      ? [
          {
            key: index + 1,
            incident,
            title: known.title,
            state: known.state,
            stateWords: stateWords(known.state),
            why,
            score: `${Math.round(score * 100)}%`,
          },
        ]
      : [];
  });
}

/** What is to be said of how a filed message came here, and of whether its verdict counts. */
export const filingView = (message: MessageShown) => ({
  isMail: message.authenticity !== null,
  kind: KIND_WORDS[message.kind],
  filedBy: message.filed_by ?? '',
  isIn: message.direction === 'in',
  waits: message.direction === 'in' && !message.applied && message.verdict !== 'other',
  /** Proven, and yet a machine wrote it. */
  byMachine: message.kind !== 'reply',
});

export function unfiledRow(message: MessageShown, titles: Titles, catalogue: Catalogue) {
  const badge = verdictBadge(message);
  return {
    id: message.id,
    incident: message.incident_number,
    incidentTitle: titles.get(message.incident_number ?? 0)?.title ?? '',
    at: message.at,
    from: visibleName(message.from_address) || 'nobody',
    subject: visibleName(message.subject) || 'Message without a subject',
    excerpt: visibleName(excerpt(message.quote || message.text)),
    kind: KIND_WORDS[message.kind],
    verdict: message.verdict === 'other' ? '' : stateWords(message.verdict ?? ''),
    is: badge.is,
    icon: badge.icon,
    problem: message.problem ?? '',
    putAwayBy: message.put_away_by_name ?? '',
    authenticity: authenticityView(message, catalogue),
    suggestions: suggestionsView(message, titles),
  };
}

/** What is known for a new incident, to be corrected by whoever logs it. */
export function splitGuess(
  message: MessageShown,
  catalogue: Catalogue,
): { provider: string; addresses: string } {
  const [desk] = desksAt(message.authenticity?.fromDomain ?? '', catalogue);
  const addresses = [...new Set(publicIps(`${message.subject}\n${message.text.slice(0, 200_000)}`))];
  return { provider: desk?.name ?? '', addresses: addresses.slice(0, 10).join(', ') };
}
