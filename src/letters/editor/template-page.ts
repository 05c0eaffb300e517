import type { Provider } from '../../providers/schema.ts';
import { claimText } from '../claims/claims.ts';
import type { Draft } from '../draft.ts';
import { NEEDS } from '../facts.ts';
import { LANGUAGES } from '../language.ts';
import type { Shelved } from '../library.ts';
import { mergeEdits } from '../merge-edits.ts';
import { AUDIENCES, ROUNDS, roundWords } from '../rounds.ts';
import { lineDiff } from '../template/line-diff.ts';
import { textOfVersion, type VersionRow } from './template-store.ts';
import { partsOfKey, type TemplateText, type TextProblem, textOf } from './template-text.ts';

type Providers = ReadonlyMap<string, Pick<Provider, 'name'>>;

export const KIND_WORDS: Record<string, string> = {
  'mailbox-provider': 'any mailbox provider',
  'filter-vendor': 'any filter vendor',
  'block-list': 'any block list',
  ...AUDIENCES,
};
/** Kinds come after the providers that have letters of their own. */
const isKind = (owner: string) => Object.hasOwn(KIND_WORDS, owner);
export const ownerWords = (owner: string, providers: Providers) =>
  KIND_WORDS[owner] ?? providers.get(owner)?.name ?? owner;
export const languageWords = (language: string) => LANGUAGES[language as keyof typeof LANGUAGES] ?? language;

export type TemplateState = 'built-in' | 'changed' | 'own' | 'taken-away' | 'unusable';
export const STATES: Record<TemplateState, { words: string; is: string }> = {
  'built-in': { words: 'built in', is: '' },
  changed: { words: 'changed', is: 'said' },
  own: { words: 'our own', is: 'said' },
  'taken-away': { words: 'taken away', is: '' },
  unusable: { words: 'cannot be used', is: 'bad' },
};

export function stateOf({ newest, builtIn, problems }: Shelved): TemplateState {
  if (problems.length > 0) return 'unusable';
  const hasText = newest !== undefined && textOfVersion(newest) !== null;
  if (builtIn) return hasText ? 'changed' : 'built-in';
  return hasText ? 'own' : 'taken-away';
}

/** Where a template's page is. */
export const templateHref = ({ key, language }: { key: string; language: string }) =>
  `/settings/letters/${key}/${language}`;

/** What stands in a template's place: what is in force, or what would be if it could be used. */
export const standingText = ({ newest, builtIn }: Shelved): TemplateText | undefined =>
  (newest && textOfVersion(newest)) ?? (builtIn && textOf(builtIn));

function placeView(place: Shelved, providers: Providers) {
  const { owner, round } = partsOfKey(place.key);
  const state = stateOf(place);
  return {
    key: place.key,
    owner,
    ownerWords: ownerWords(owner, providers),
    round,
    roundWords: roundWords(round),
    language: place.language,
    languageWords: languageWords(place.language),
    href: templateHref(place),
    state,
    stateWords: STATES[state].words,
    stateIs: STATES[state].is,
    version: place.newest?.version ?? 0,
    changedBy: place.newest?.by_name ?? '',
    changedAt: place.newest?.at ?? null,
    releaseChanged: place.releaseChanged,
  };
}

export type Filter = { for?: string; round?: string; language?: string; state?: string };

/** The list of all templates, by whom they are for, round and language; `compared` is where two wordings are. */
export function listView(
  all: Shelved[],
  providers: Providers,
  filter: Filter,
  compared: { template: string; language: string }[],
) {
  const rows = all.map((place) => ({
    ...placeView(place, providers),
    title: standingText(place)?.title ?? '',
    isCompared: compared.some((one) => one.template === place.key && one.language === place.language),
  }));
  const fits = (row: (typeof rows)[number]) =>
    (!filter.for || row.owner === filter.for) &&
    (!filter.round || row.round === filter.round) &&
    (!filter.language || row.language === filter.language) &&
    (!filter.state ||
      row.state === filter.state ||
      (filter.state === 'release' && row.releaseChanged) ||
      (filter.state === 'compared' && row.isCompared));
  const order = (row: (typeof rows)[number]) => (isKind(row.owner) ? 1 : 0);
  const rank = (round: string) => (ROUNDS as string[]).indexOf(round);
  const owners = [...new Map(rows.map((row) => [row.owner, row.ownerWords]))]
    .map(([key, words]) => ({ key, words }))
    .sort((a, b) => Number(isKind(a.key)) - Number(isKind(b.key)) || a.words.localeCompare(b.words, 'en'));
  return {
    rows: rows
      .filter(fits)
      .sort(
        (a, b) =>
          order(a) - order(b) ||
          a.ownerWords.localeCompare(b.ownerWords, 'en') ||
          rank(a.round) - rank(b.round) ||
          a.language.localeCompare(b.language),
      ),
    total: rows.length,
    filtered: Object.values(filter).some(Boolean),
    query: {
      for: filter.for ?? '',
      round: filter.round ?? '',
      language: filter.language ?? '',
      state: filter.state ?? '',
    },
    owners,
    ...choices(),
    states: [
      ...Object.entries(STATES).map(([key, { words }]) => ({ key, words })),
      { key: 'release', words: 'changed by a release as well' },
      { key: 'compared', words: 'two wordings compared' },
    ],
  };
}

/** Rounds and languages to choose from. */
export const choices = () => ({
  rounds: ROUNDS.map((key) => ({ key, words: roundWords(key) })),
  languages: Object.entries(LANGUAGES).map(([key, words]) => ({ key, words })),
});

/** All that a template says, as one text whose lines can be compared. */
const asLines = ({ title, when, subject, body }: TemplateText) =>
  `Title: ${title}\nWhen: ${when}\nSubject: ${subject}\n\n${body}`;
export const textDiff = (before: TemplateText, now: TemplateText) =>
  lineDiff(asLines(before), asLines(now)).map((line) => ({
    change: line.is,
    lines: line.is === 'skip' ? line.count : 0,
    pieces: line.is === 'skip' ? [] : line.pieces,
    sign: line.is === 'gone' ? '−' : line.is === 'new' ? '+' : '',
    spoken: line.is === 'gone' ? 'gone: ' : line.is === 'new' ? 'new: ' : '',
  }));

export const versionView = (row: VersionRow, href: string) => ({
  version: row.version,
  at: row.at,
  by: row.by_name,
  note: row.note,
  href: `${href}/versions/${row.version}`,
  hasText: textOfVersion(row) !== null,
});

/** What a release changed beneath the text that somebody wrote; null where it did not. */
export function releaseView({ releaseChanged, newest, builtIn }: Shelved) {
  if (!releaseChanged || !builtIn) return null;
  const was = newest?.built_in ?? null;
  return { isNew: was === null, diff: was ? textDiff(was, builtIn) : [] };
}

/** The person's text with what the release changed beneath it, for them to read before they save it. */
export function withRelease({
  newest,
  builtIn,
}: Shelved): { text: TemplateText; conflicts: number } | undefined {
  const ours = newest && textOfVersion(newest);
  const was = newest?.built_in;
  if (!ours || !was || !builtIn) return undefined;
  const follow = (field: 'title' | 'when' | 'subject') =>
    ours[field] === was[field] ? builtIn[field] : ours[field];
  const { text: body, conflicts } = mergeEdits(was.body, ours.body, builtIn.body);
  return {
    text: { title: follow('title'), when: follow('when'), subject: follow('subject'), body },
    conflicts,
  };
}

/** A mistake with the line that it stands in. */
export function problemViews(problems: TextProblem[], text: TemplateText) {
  const lines = { subject: text.subject.split('\n'), body: text.body.replace(/\r\n?/g, '\n').split('\n') };
  return problems.map(({ field, line, column, words }) => {
    const source = lines[field][line - 1] ?? '';
    const from = Math.max(0, column - 40);
    const [at = ''] = /^(?:\{\{[^{}]{0,60}\}\}|[^\s{}()="]{1,60}|.)/.exec(source.slice(column - 1)) ?? [];
    return {
      field,
      line,
      column,
      words: `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.?]$/.test(words) ? '' : '.'}`,
      before: `${from > 0 ? '…' : ''}${source.slice(from, column - 1)}`,
      at,
      after: source.slice(column - 1 + at.length, column + at.length + 39),
    };
  });
}

export type PreviewView = ReturnType<typeof previewView>;
/** A letter as a template would give it. */
export function previewView(draft: Draft & { incident: { number: number; title: string } }) {
  const stated = draft.claims.filter((claim) => claim.stated);
  return {
    number: draft.incident.number,
    incidentTitle: draft.incident.title,
    subject: draft.subject,
    body: draft.body,
    length: draft.body.length,
    missing: draft.missing.map((one) => one.label),
    stated: stated.map((claim) => claim.text),
    left: draft.claims.filter((claim) => !claim.stated).map((claim) => claim.text),
  };
}

export function showView(place: Shelved, providers: Providers) {
  const text = standingText(place);
  const { inForce } = place;
  return {
    ...placeView(place, providers),
    title: text?.title ?? 'A template that was taken away',
    text: text ?? null,
    lines: text
      ? text.body
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => ({ text: line }))
      : [],
    claims: (inForce?.claims ?? []).map((key) => ({ key, words: claimText(key) })),
    needs: (inForce?.needs ?? []).map((key) => NEEDS[key].label),
    hasBuiltIn: place.builtIn !== undefined,
    canRestore: place.newest !== undefined && textOfVersion(place.newest) !== null,
    problems: text ? problemViews(place.problems, text) : [],
    release: releaseView(place),
  };
}
