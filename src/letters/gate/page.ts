import { type EarlierAnswer, earlierAnswer } from '../earlier-answer.ts';
import { newSince } from './claim-checks.ts';
import { diffTexts } from './diff.ts';
import type { Finding, GateFacts, Level } from './finding.ts';
import type { Judgement } from './judge.ts';
import { stopsOf } from './judge.ts';

type Override = { kind: string; key: string; about: string; reason: string; by_name: string };

const LOOKS: Record<Level, { is: string; icon: string; word: string }> = {
  stop: { is: 'bad', icon: 'e-bad', word: 'Stop' },
  warn: { is: 'warn', icon: 'e-warn', word: 'Think it over' },
  good: { is: 'good', icon: 'e-good', word: 'Good' },
};
/** Characters that are shown of a sentence on each side of the words. */
const AROUND = 110;

/** The sentence of a finding in three pieces, cut to what is read at a glance. */
function sentenceOf({ place }: Finding, text: { subject: string; body: string }) {
  if (!place) return null;
  const whole = text[place.field];
  const from = Math.max(place.sentence.start, place.start - AROUND);
  const to = Math.min(Math.max(place.sentence.end, place.end), place.end + AROUND);
  const isAll = place.start <= place.sentence.start && place.end >= place.sentence.end;
  const marked = whole.slice(place.start, Math.min(place.end, place.start + 2 * AROUND));
  return {
    before: `${from > place.sentence.start ? '… ' : ''}${whole.slice(from, place.start)}`,
    marked: marked.length < place.end - place.start ? `${marked} …` : marked,
    after: `${whole.slice(place.end, to)}${to < place.sentence.end ? ' …' : ''}`,
    /** A whole sentence needs no mark in itself. */
    isAll,
    field: place.field === 'subject' ? 'subj' : 'text',
    start: place.start,
    end: place.end,
  };
}

function itemView(finding: Finding, text: { subject: string; body: string }, overrides: Override[]) {
  const override = overrides.find((one) => one.key === finding.key);
  return {
    ...LOOKS[finding.level],
    key: finding.key,
    title: finding.title,
    advice: finding.advice,
    until: finding.until,
    sentence: sentenceOf(finding, text),
    stops: finding.level === 'stop' && !override,
    override: override ? `${override.reason} (${override.by_name})` : '',
  };
}

/** The difference to the letter that was refused, and what is new of its facts. */
function againstRefused({ refused, letter }: GateFacts, facts: string[], body: string) {
  if (!refused) return null;
  return {
    incident: refused.incident,
    isOther: refused.incident !== letter.incident.number,
    letter: refused.letter,
    refusedAt: refused.refusedAt,
    parts: diffTexts(refused.body.trim(), body.replace(/\r\n?/g, '\n').trim()),
    facts,
  };
}

/** What the composer shows of the judgement, beside the letter. */
export function gateView(
  judged: Judgement & { facts: GateFacts },
  text: { subject: string; body: string },
  all: Override[],
  earlier: EarlierAnswer[],
) {
  const incident = judged.facts.letter.incident.number;
  const overrides = all.filter((one) => one.kind === 'finding');
  const items = judged.findings.map((finding) => itemView(finding, text, overrides));
  const seen = new Set<string>();
  const asked = items.map((item) => {
    // One override holds for all places of the same words: it is asked for once.
    const isFirst = !seen.has(item.key);
    seen.add(item.key);
    const asks = item.stops && isFirst;
    return { ...item, asks, earlier: asks ? earlierAnswer(earlier, 'finding', item.key, incident) : null };
  });
  const of = (level: string) => asked.filter((item) => item.is === level);
  const stops = stopsOf(
    judged,
    overrides.map((one) => one.key),
  );
  return {
    open: asked.filter((item) => item.is !== 'good'),
    good: of('good'),
    questions: judged.questions,
    counts: { stops: stops.length, warns: of('warn').length, goods: of('good').length },
    stops: stops.map(({ title, until }) => ({ title, until })),
    against:
      judged.facts.audience === 'others' || judged.facts.isAfterwards
        ? null
        : againstRefused(judged.facts, newSince(judged.facts), text.body),
  };
}
