import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from '../json-schema.ts';
import { viewerOf } from '../web/access.ts';
import { badCursor, readCursor } from '../web/cursor.ts';
import { day as dayWords, isoDay } from '../web/format.ts';
import { readForm } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { AS_OF_LIST, asOf } from './as-of.ts';
import type { About } from './as-of-store.ts';

const Asked = Type.Object({
  asOf: Type.String({ format: 'date', description: 'a date such as 2025-03-01' }),
});

/** The place in the list of a day, from a cursor of that very list. */
export function placeOf(cursor: string | undefined, day: string): number | undefined {
  const [of, number] = readCursor(cursor, AS_OF_LIST, ['text', 'number']) ?? [];
  if (of !== undefined && of !== day) throw badCursor();
  return number;
}

type Then = Awaited<ReturnType<typeof asOf>>;
type Dated = { since: string; wasSo: boolean } | null;

const dated = (label: string, yes: string, no: string, one: Dated) => ({
  label,
  words:
    one === null
      ? 'nobody recorded since when'
      : `${one.wasSo ? yes : no}: since ${dayWords(new Date(`${one.since}T00:00:00Z`), 'UTC')}`,
});

function enrolledRows({ enrolled }: Then) {
  if (!enrolled) return [];
  return [
    dated('In use', 'yes', 'not yet', enrolled.inUse),
    dated('JMRP', 'yes', 'not yet', enrolled.jmrp),
    dated('SNDS', 'yes', 'not yet', enrolled.snds),
    ...enrolled.programmes.map(({ name, standing, since }) => ({
      label: name,
      words: `${standing} since ${dayWords(new Date(`${since}T00:00:00Z`), 'UTC')}`,
    })),
  ];
}

export type Head = { nav: string; name: string; href: string; listHref: string; listName: string };

/** The page of an address or a provider as of a day, with the way back. */
export function asOfPage(
  request: FastifyRequest,
  reply: FastifyReply,
  about: About,
  head: Head,
): Promise<FastifyReply> {
  const query = request.query as { asOf?: string; cursor?: string };
  const { timeZone: zone } = viewerOf(request);
  const now = new Date();
  const shared = {
    ...head,
    title: `${head.name} as of ${query.asOf ?? ''}`,
    isAddress: about.network !== undefined,
    showAddresses: about.network === undefined || about.network.text.includes('/'),
    today: isoDay(now, zone),
  };
  return orFormAgain(
    reply,
    async () => {
      const { asOf: day } = readForm(Asked, { asOf: query.asOf });
      const then = await asOf(request.server.desk, about, {
        day,
        zone,
        now,
        after: placeOf(query.cursor, day),
      });
      return reply.page('history/as-of', {
        ...shared,
        dayText: day,
        past: then,
        enrolled: enrolledRows(then),
        next: then.next ? `${head.href}?asOf=${day}&cursor=${then.next}` : '',
        errors: {},
      });
    },
    async ({ fields }) => ({
      view: 'history/as-of',
      data: {
        ...shared,
        dayText: isoDay(now, zone),
        title: head.name,
        past: null,
        enrolled: [],
        next: '',
        errors: fields,
      },
    }),
  );
}
