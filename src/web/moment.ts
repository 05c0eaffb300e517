import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';
import { viewerOf } from './access.ts';
import { fromLocalInput } from './format.ts';

/** Clocks differ by a little. */
const AHEAD_MS = 60_000;

/** A moment as a request names it, refused where it is still to come: what happened has happened. */
export function pastMoment(field: string, given: Date | string): Date {
  const at = new Date(given);
  if (at.getTime() <= Date.now() + AHEAD_MS) return at;
  throw new Problem('invalid', 'This time is in the future.', {
    fields: { [field]: 'This time is in the future.' },
  });
}

/** A moment from a `datetime-local` input in the viewer's zone; a future one is refused where only the past makes sense. */
export function readMoment(
  request: FastifyRequest,
  field: string,
  text: string | undefined,
  options: { future?: boolean } = {},
): Date | undefined {
  if (!text) return undefined;
  const at = fromLocalInput(text, viewerOf(request).timeZone);
  if (!at)
    throw new Problem('invalid', 'This is not a date and time.', {
      fields: { [field]: 'Write it as 2026-03-10 09:12.' },
    });
  return options.future ? at : pastMoment(field, at);
}
