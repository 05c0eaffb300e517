import { BadAddress, parseNetworks } from '../addresses/address.ts';
import { type Static, Type } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { noSuchProvider, providerMeant } from '../providers/choice.ts';
import { type Rule, SEVERITIES, WAYS, WHOSE } from './rules.ts';
import { MOST_NETWORKS, MOST_PROVIDERS } from './settings.ts';
import type { Quiet, Times } from './times.ts';
import { TOPIC_KEYS } from './topics.ts';

/** Pure: what the forms of settings hold, read. */

const Version = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const Yes = Type.Optional(Type.Enum(['yes']));
const topics = Type.Array(Type.Enum(TOPIC_KEYS), { maxItems: TOPIC_KEYS.length });
const whose = Type.Array(Type.Enum([...WHOSE]), { maxItems: WHOSE.length });

export const RuleForm = Type.Object({
  version: Version,
  /** Its place in the list; left out: a new one. */
  index: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  topics: Type.Optional(topics),
  whose: Type.Optional(whose),
  providers: Type.Optional(Type.String({ maxLength: 1000 })),
  networks: Type.Optional(Type.String({ maxLength: 2000 })),
  least: Type.Enum([...SEVERITIES]),
  way: Type.Enum([...WAYS]),
});
export const RemovalForm = Type.Object({
  version: Version,
  index: Type.Integer({ minimum: 0, maximum: 100 }),
});
export const DefaultsForm = Type.Object({ version: Version });
const Clock = Type.String({
  pattern: '^([01][0-9]|2[0-3]):(00|15|30|45)$',
  description: 'a quarter of an hour, such as 22:00',
});
export const TimesForm = Type.Object({
  version: Version,
  takesMail: Yes,
  cadence: Type.Enum(['hourly', 'daily']),
  digestHour: Type.Integer({ minimum: 0, maximum: 23 }),
  quietFrom: Type.Optional(Clock),
  quietUntil: Type.Optional(Clock),
  breaksThrough: Yes,
});
export const CalendarForm = Type.Object({
  isAll: Type.Enum(['yes', 'no']),
  hasAlarms: Yes,
  /** What the button says. */
  action: Type.Enum(['new', 'change']),
});

const split = (words: string) =>
  words
    .split(/[,;\n]/)
    .map((word) => word.trim())
    .filter(Boolean);

function providersOf(words: string, catalogue: Catalogue, fields: Record<string, string>): string[] {
  const asked = split(words);
  if (asked.length > MOST_PROVIDERS) fields['providers'] = `At most ${MOST_PROVIDERS} providers.`;
  return [
    ...new Set(
      asked.flatMap((word) => {
        const meant = providerMeant(word, catalogue);
        if (!meant) fields['providers'] ??= noSuchProvider(word);
        return meant?.key ?? [];
      }),
    ),
  ];
}

function networksOf(words: string, fields: Record<string, string>): string[] {
  try {
    const networks = parseNetworks(words).map(({ text }) => text);
    if (networks.length > MOST_NETWORKS)
      fields['networks'] = `At most ${MOST_NETWORKS} addresses and ranges.`;
    return networks;
  } catch (error) {
    if (!(error instanceof BadAddress)) throw error;
    fields['networks'] = error.message;
    return [];
  }
}

/** The rule that a form says. Throws `invalid`. */
export function ruleOf(form: Static<typeof RuleForm>, catalogue: Catalogue): Rule {
  const fields: Record<string, string> = {};
  const rule: Rule = {
    topics: [...new Set(form.topics ?? [])],
    whose: [...new Set(form.whose ?? [])],
    providers: providersOf(form.providers ?? '', catalogue, fields),
    networks: networksOf(form.networks ?? '', fields),
    least: form.least,
    way: form.way,
  };
  if (rule.topics.length === 0) fields['topics'] = 'Choose at least one.';
  if (Object.keys(fields).length > 0)
    throw new Problem('invalid', 'Some fields need another look.', { fields });
  return rule;
}

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

function quietOf(from: string | undefined, until: string | undefined): Quiet | null {
  if (!from && !until) return null;
  if (!from || !until)
    throw new Problem('invalid', 'Quiet hours have a beginning and an end.', {
      fields: { [from ? 'quietUntil' : 'quietFrom']: 'Needed, or leave both empty.' },
    });
  if (from === until)
    throw new Problem('invalid', 'Quiet hours end at another time than they begin.', {
      fields: { quietUntil: 'Must be another time. To have no mail at all, take the tick away above.' },
    });
  return { from: minutesOf(from), until: minutesOf(until) };
}

/** When a form says that mail leaves. Throws `invalid`. */
export const timesOf = (form: Static<typeof TimesForm>): Omit<Times, 'zone'> & { takesMail: boolean } => ({
  takesMail: form.takesMail === 'yes',
  cadence: form.cadence,
  digestHour: form.digestHour,
  quiet: quietOf(form.quietFrom, form.quietUntil),
  criticalBreaksThrough: form.breaksThrough === 'yes',
});
