import ipaddr from 'ipaddr.js';
import { covers } from '../../addresses/address.ts';
import { type Check, type Context, type GateText, isHidden, opening, placeOf } from './context.ts';

const TOKEN = /[0-9a-fA-FxX.:]{3,60}(?:\/\d{1,3})?/g;
const MASKED = /\b\d{1,3}(?:\.(?:\d{1,3}|[xX*]{1,3})){3}(?![\w*]|\.\w)/g;
/** More addresses than this are not looked at one by one. */
const MOST = 300;

/** Addresses and ranges that a text names outside of what it quotes. */
function* addressesIn(part: GateText): Generator<{ text: string; start: number; end: number }> {
  let count = 0;
  for (const { 0: found, index } of part.text.matchAll(TOKEN)) {
    const text = found.replace(/[.:]+$/, '');
    if (!/[.:]/.test(text) || isHidden(part, index)) continue;
    const [address = '', length] = text.split('/');
    const isAddress =
      (ipaddr.IPv4.isValidFourPartDecimal(address) && Number(length ?? 32) <= 32) ||
      (address.includes(':') && ipaddr.IPv6.isValid(address) && Number(length ?? 128) <= 128);
    if (!isAddress) continue;
    count += 1;
    if (count > MOST) return;
    yield { text, start: index, end: index + text.length };
  }
}

const isOurs = ({ facts }: Context, text: string) =>
  // Where the mail of a new address comes from stands in its plan.
  facts.letter.warmUp?.movedFrom.includes(text) ||
  facts.letter.addresses.includes(text) ||
  facts.letter.addresses.some((one) => covers(one, text) || covers(text, one));

function names(context: Context, part: GateText, within = { start: 0, end: part.text.length }): boolean {
  const { addresses } = context.facts.letter;
  const piece = part.text.slice(within.start, within.end);
  if (addresses.some((one) => piece.includes(one))) return true;
  for (const found of addressesIn(part))
    if (found.start >= within.start && found.end <= within.end && isOurs(context, found.text)) return true;
  return false;
}

const concerns = ({ facts }: Context) => facts.audience !== 'others' && facts.letter.addresses.length > 0;

export const ADDRESS_CHECKS: Record<string, Check> = {
  'address-missing': (context) =>
    concerns(context) && !names(context, context.subject) && !names(context, context.body) ? [{}] : [],
  'address-not-in-subject': (context) =>
    concerns(context) && !names(context, context.subject) && names(context, context.body) ? [{}] : [],
  'address-late': (context) =>
    concerns(context) && names(context, context.body) && !names(context, context.body, opening(context.body))
      ? [{}]
      : [],
  'address-told': (context) =>
    concerns(context) &&
    names(context, context.subject) &&
    names(context, context.body, opening(context.body))
      ? [{ place: placeOf(context.body, opening(context.body)) }]
      : [],
  'address-masked': (context) =>
    [context.subject, context.body].flatMap((part) =>
      [...part.text.matchAll(MASKED)]
        .filter(({ 0: text, index }) => /[xX*]/.test(text) && !isHidden(part, index))
        .slice(0, 3)
        .map(({ 0: text, index }) => ({
          of: text,
          title: text,
          place: placeOf(part, { start: index, end: index + text.length }),
        })),
    ),
  'address-of-others': (context) =>
    concerns(context)
      ? [...addressesIn(context.body)]
          .filter(({ text }) => !isOurs(context, text))
          .slice(0, 3)
          .map(({ text, start, end }) => ({
            of: text,
            title: text,
            place: placeOf(context.body, { start, end }),
          }))
      : [],
};
