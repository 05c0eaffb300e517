import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { parseNetwork } from '../addresses/address.ts';
import type { IncidentState } from '../database/tables.ts';
import { type Static, Type, Version } from '../json-schema.ts';
import { roundWords } from '../letters/rounds.ts';
import { incidentDeliveries } from '../observations/deliveries.ts';
import { Problem } from '../problem.ts';
import { ruleIdOf } from '../providers/playbook.ts';
import { readEntryCursor, writeEntryCursor } from '../timeline/cursor.ts';
import { ENTRY_GROUPS, type EntryGroup } from '../timeline/entries.ts';
import { addNote, correctNote, countKinds, listEntries } from '../timeline/store.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { fromLocalInput, localInput } from '../web/format.ts';
import { formKey, readForm, typedAgain } from '../web/forms.ts';
import { linkTo } from '../web/links.ts';
import { once } from '../web/once.ts';
import { orFormAgain } from '../web/pages.ts';
import { NumberParams } from './api.ts';
import { readDesk, readSpans } from './desk.ts';
import { byDue, deskRow, spansView } from './desk-page.ts';
import { blockedSince, durations, SEVERITIES, STATES, stateWords } from './incidents.ts';
import { listIncidents } from './list.ts';
import { nextStep } from './next-step.ts';
import { courseOf, courseView, entriesByDay, timelineTabs } from './page.ts';
import { readBodies, readIncident } from './show.ts';
import { confirmRecovery, editIncident, getIncident, linkIncidents, rulesOf, setState } from './store.ts';

const ENTRIES_PER_PAGE = 100;
const DOSSIER_ENTRIES = 5000;
const STRIP_DAYS = 90;

/** What is usually set by hand next, and why. */
const ENDINGS: Partial<Record<IncidentState, { to: IncidentState; reason: string }>> = {
  recovered: { to: 'closed', reason: 'Mail flows again.' },
  closed: { to: 'open', reason: '' },
};

const NoteForm = Type.Object({ text: Type.String({ maxLength: 20_000, description: 'the note' }) });
const StateForm = Type.Object({
  to: Type.Enum([...STATES], { description: 'one of the states' }),
  reason: Type.String({ maxLength: 2000, description: 'why it changes' }),
  seen: Type.Optional(Type.Enum([...STATES])),
});
const RecoverForm = Type.Object({
  words: Type.String({ maxLength: 2000, description: 'what you saw' }),
  at: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
});
const LinkForm = Type.Object({
  number: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'the number of an incident' }),
});
const EditForm = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 300, description: 'a title' }),
  severity: Type.Enum([...SEVERITIES]),
  affected: Type.Optional(Type.String({ maxLength: 10_000 })),
  assigneeId: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  nextAction: Type.Optional(Type.String({ maxLength: 500 })),
  nextActionDueAt: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
  version: Version,
});
const ListQuery = Type.Object({
  state: Type.Optional(Type.String({ maxLength: 40 })),
  provider: Type.Optional(Type.String({ maxLength: 60 })),
  address: Type.Optional(Type.String({ maxLength: 80 })),
  q: Type.Optional(Type.String({ maxLength: 200 })),
  mine: Type.Optional(Type.String({ maxLength: 5 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
const ShowQuery = Type.Object({
  show: Type.Optional(Type.String({ maxLength: 20 })),
  order: Type.Optional(Type.String({ maxLength: 20 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});

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
  if (!options.future && at.getTime() > Date.now() + 60_000) {
    throw new Problem('invalid', 'This time is in the future.', {
      fields: { [field]: 'This time is in the future.' },
    });
  }
  return at;
}

export const incidentPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const providers = catalogue.providers.map(({ key, name }) => ({ key, name }));

  app.get('/', { config: { access: 'viewer' } }, async (request, reply) => {
    const now = new Date();
    const zone = viewerOf(request).timeZone;
    const since = new Date(now.getTime() - STRIP_DAYS * 86_400_000);
    const [desk, spans] = await Promise.all([readDesk(db), readSpans(db, since)]);
    const listed = [desk.needYou, desk.waiting, desk.proving].flatMap((part) => part.items);
    const rules = await rulesOf(
      db,
      listed.map((row) => row.number),
    );
    const rows = (part: typeof desk.needYou) => ({
      rows: part.items.map((row) => deskRow(row, rules.get(row.number), catalogue, now)).sort(byDue),
      more: part.next !== null,
    });
    const empty =
      spans.length === 0 &&
      desk.needYou.items.length + desk.waiting.items.length + desk.proving.items.length === 0;
    if (empty) {
      const any = await db.selectFrom('incidents').select('number').limit(1).executeTakeFirst();
      if (!any) return reply.page('incidents/first-start', {});
    }
    return reply.page('incidents/desk', {
      needYou: rows(desk.needYou),
      waiting: rows(desk.waiting),
      proving: rows(desk.proving),
      strip: spansView(spans, catalogue, since, now, zone),
    });
  });

  app.get(
    '/incidents',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const { state = '', provider = '', address = '', q = '', mine = '', cursor } = request.query;
      const errors: Record<string, string> = {};
      const known = STATES.find((one) => one === state);
      let network: ReturnType<typeof parseNetwork> | undefined;
      let text = q.trim();
      // A search for an address asks for what happened to it, not for its letters.
      const asAddress = address || (/^[0-9a-f.:/]+$/i.test(text) && /[.:]/.test(text) ? text : '');
      if (asAddress) {
        try {
          network = parseNetwork(asAddress);
          if (!address) text = '';
        } catch (error) {
          if (address) errors['address'] = (error as Error).message;
        }
      }
      const page = errors['address']
        ? { items: [], next: null }
        : await listIncidents(db, {
            limit: 50,
            after: readCursor(cursor, 'incidents', ['number'])?.[0],
            states: known
              ? [known]
              : state === 'not-closed'
                ? STATES.filter((one) => one !== 'closed')
                : undefined,
            provider: provider || undefined,
            assigneeId: mine ? (viewerOf(request).userId ?? undefined) : undefined,
            network,
            text: text || undefined,
          });
      const now = new Date();
      const query = new URLSearchParams(
        Object.entries({ state, provider, address, q, mine }).filter(([, value]) => value),
      );
      const first = linkTo('/incidents', query);
      if (page.next !== null) query.set('cursor', writeCursor('incidents', [page.next]));
      return reply.page('incidents/list', {
        query: { state, provider, address, q, mine },
        errors,
        filtered: Boolean(state || provider || address || q || mine),
        states: STATES.map((one) => ({ key: one, words: stateWords(one) })),
        providers,
        rows: page.items.map((row) => ({
          number: row.number,
          title: row.title,
          state: row.state,
          stateWords: stateWords(row.state),
          provider: catalogue.byKey.get(row.provider)?.name ?? row.provider,
          addresses: row.addresses.slice(0, 3),
          more: Math.max(0, row.addresses.length - 3),
          codes: row.block_codes.slice(0, 2),
          openedAt: row.opened_at,
          blockedMs: durations(row, now).blocked,
          round: row.round,
          assignee: row.assignee_name ?? '',
        })),
        next: page.next === null ? '' : linkTo('/incidents', query),
        first: cursor ? first : '',
      });
    },
  );

  async function showIncident(
    request: FastifyRequest,
    number: number,
    query: Static<typeof ShowQuery>,
    whole = false,
  ) {
    const zone = viewerOf(request).timeZone;
    const group = (Object.keys(ENTRY_GROUPS) as EntryGroup[]).find((one) => one === query.show);
    const order = query.order === 'newest' ? 'newest' : 'oldest';
    const after = readEntryCursor(query.cursor, number, order);
    const [read, counts, page] = await Promise.all([
      readIncident(db, number),
      countKinds(db, number),
      listEntries(db, number, {
        order,
        limit: whole ? DOSSIER_ENTRIES : ENTRIES_PER_PAGE,
        ...(group ? { kinds: ENTRY_GROUPS[group] } : {}),
        after,
      }),
    ]);
    const now = new Date();
    const { row } = read;
    const deliveries = await incidentDeliveries(db, row, read.letters, { zone, now });
    const provider = catalogue.byKey.get(row.provider);
    const rule = provider?.rejections.find(
      (one) => `${provider.key}/${one.id}` === read.firstRejection?.rule,
    );
    const link = (change: Record<string, string>) => {
      const merged = new URLSearchParams({
        ...(group ? { show: group } : {}),
        ...(order === 'newest' ? { order } : {}),
        ...change,
      });
      for (const [key, value] of [...merged])
        if (!value || value === 'all' || value === 'oldest') merged.delete(key);
      return linkTo(`/incidents/${number}`, merged);
    };
    const changes = read.changes.filter((change) => change.at >= row.opened_at || read.changes.length < 50);
    return {
      incident: {
        number,
        title: row.title,
        state: row.state,
        stateWords: stateWords(row.state),
        round: row.round,
        severity: row.severity,
        affected: row.affected,
        reason: row.reason ?? '',
        codes: row.block_codes,
        firstCodes: read.firstRejection
          ? [
              read.firstRejection.reply_code,
              read.firstRejection.enhanced_code,
              read.firstRejection.block_code,
            ]
              .filter(Boolean)
              .join(' ')
          : '',
        temporary: read.firstRejection?.temporary ?? null,
        listName: read.firstRejection?.list_name ?? '',
        recipientDomains: row.recipient_domains.slice(0, 8),
        moreDomains: Math.max(0, row.recipient_domains.length - 8),
        rejectionCount: row.rejection_count,
        firstRejectionAt: row.first_rejection_at,
        lastRejectionAt: row.last_rejection_at,
        openedAt: row.opened_at,
        mitigatedAt: row.mitigated_at,
        recoveredAt: row.recovered_at,
        closedAt: row.closed_at,
        relapses: row.relapses,
        version: row.version,
        lifted: row.mitigated_at !== null || row.recovered_at !== null || row.closed_at !== null,
      },
      provider: {
        key: row.provider,
        name: provider?.name ?? row.provider,
        operator: provider?.operator ?? '',
      },
      meaning: rule?.meaning ?? '',
      durations: durations(row, now),
      step: nextStep(row, provider, ruleIdOf(read.firstRejection?.rule, row.provider)),
      deliveries,
      course: courseView(courseOf(blockedSince(row), changes, row.state), now),
      tabs: timelineTabs(counts, group ?? 'all', (name) => link({ show: name })),
      order,
      orderLink: link({ order: order === 'oldest' ? 'newest' : 'oldest' }),
      days: entriesByDay(page.entries, zone, whole ? await readBodies(db, number) : undefined),
      more: page.next ? link({ cursor: writeEntryCursor(page.next, number, order) }) : '',
      first: after ? link({}) : '',
      addresses: read.addresses,
      assignee: read.assignee,
      tickets: read.tickets,
      letters: read.letters.map((letter, index) => ({
        ...letter,
        round: roundWords(letter.round),
        position: index + 1,
        sent: letter.state === 'sent',
      })),
      evidence: read.evidence.map((one) => ({
        claim: one.claim,
        about: app.desk.letters.claimText(one.claim),
        words: one.words,
        source: one.source,
        address: one.address,
        observedAt: one.observed_at,
        is: one.result === 'supports' ? 'good' : one.result === 'contradicts' ? 'bad' : '',
        icon: one.result === 'supports' ? 'e-good' : one.result === 'contradicts' ? 'e-bad' : 'e-unknown',
      })),
      links: read.links.map((one) => ({
        ...one,
        kind: stateWords(one.kind),
        stateWords: stateWords(one.state),
      })),
      nowInput: localInput(now, zone),
      states: STATES.filter((one) => one !== row.state).map((one) => ({ key: one, words: stateWords(one) })),
      ending: ENDINGS[row.state] ?? { to: '', reason: '' },
      isOver: row.state === 'closed',
      paper: whole,
      organisation: '',
      errors: {} as Record<string, string>,
      problem: '',
      typed: {} as Record<string, string>,
      open: '',
    };
  }

  app.get(
    '/incidents/:number',
    { config: { access: 'viewer' }, schema: { params: NumberParams, querystring: ShowQuery } },
    async (request, reply) =>
      reply.page('incidents/show', await showIncident(request, request.params.number, request.query)),
  );

  /** The whole incident on one page, for paper or for an auditor. */
  app.get(
    '/incidents/:number/dossier',
    { config: { access: 'viewer' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const profile = await db.selectFrom('profile').select('name').executeTakeFirstOrThrow();
      return reply.page('incidents/dossier', {
        ...(await showIncident(request, request.params.number, {}, true)),
        organisation: profile.name,
      });
    },
  );

  /** A small form of the incident's page: on a mistake the page comes back with what was typed, its part open. */
  const smallForm = (
    path: string,
    open: string,
    act: (request: FastifyRequest, number: number) => Promise<{ to?: string; words: string }>,
  ) =>
    app.post(
      path,
      { config: { access: 'operator' }, schema: { params: NumberParams } },
      async (request, reply) => {
        const { number } = request.params;
        return orFormAgain(
          reply,
          async () => {
            const { to, words } = await act(request, number);
            return reply.done(to ?? `/incidents/${number}`, words);
          },
          async (problem) => ({
            view: 'incidents/show',
            data: {
              ...(await showIncident(request, number, {})),
              errors: problem.fields,
              problem: problem.message,
              typed: typedAgain(request.body, ['text', 'words', 'at', 'to', 'reason']),
              open,
            },
          }),
        );
      },
    );

  const act = (request: FastifyRequest, what: string, effect: Parameters<typeof once>[2]) =>
    once(db, { actor: actorOf(request), key: formKey(request.body), what, input: request.body }, effect);

  smallForm('/incidents/:number/notes', 'note', async (request, number) => {
    const { text } = readForm(NoteForm, request.body);
    const answer = await act(request, `note ${number}`, async (trx) => ({
      status: 303,
      body: await addNote(trx, actorOf(request), number, text),
    }));
    return { to: `/incidents/${number}#e${answer.body}`, words: 'Note added.' };
  });

  smallForm('/incidents/:number/notes/:entry/corrections', 'note', async (request, number) => {
    const { text } = readForm(NoteForm, request.body);
    const entry = Number((request.params as unknown as { entry: string }).entry);
    if (!Number.isSafeInteger(entry)) throw new Problem('not-found', 'There is no such note.');
    const answer = await act(request, `correct ${entry}`, async (trx) => ({
      status: 303,
      body: await correctNote(trx, actorOf(request), number, entry, text),
    }));
    return {
      to: `/incidents/${number}#e${answer.body}`,
      words: 'Correction added. The earlier wording stays in the timeline.',
    };
  });

  smallForm('/incidents/:number/state', 'state', async (request, number) => {
    const form = readForm(StateForm, request.body);
    await act(request, `state ${number}`, async (trx) => {
      await setState(trx, actorOf(request), number, form);
      return { status: 303, body: null };
    });
    return { words: `State set to ${stateWords(form.to)}.` };
  });

  smallForm('/incidents/:number/recovery', 'recover', async (request, number) => {
    const form = readForm(RecoverForm, request.body);
    const at = readMoment(request, 'at', form.at) ?? new Date();
    await act(request, `recover ${number}`, async (trx) => {
      await confirmRecovery(trx, actorOf(request), number, { words: form.words, at });
      return { status: 303, body: null };
    });
    return { words: 'Recovery confirmed.' };
  });

  smallForm('/incidents/:number/links', 'link', async (request, number) => {
    const form = readForm(LinkForm, request.body);
    await act(request, `link ${number}`, async (trx) => {
      await linkIncidents(trx, actorOf(request), number, form.number, 'by-hand');
      return { status: 303, body: null };
    });
    return { words: `Linked to #${form.number}.` };
  });

  async function editView(
    request: FastifyRequest,
    number: number,
    typed?: Record<string, string>,
    problem?: { message: string; fields: Record<string, string> },
  ) {
    const [row, users] = await Promise.all([
      getIncident(db, number),
      db
        .selectFrom('users')
        .select(['id', 'name'])
        .where('disabled_at', 'is', null)
        .orderBy('name')
        .limit(500)
        .execute(),
    ]);
    const values = typed ?? {
      title: row.title,
      severity: row.severity,
      affected: row.affected,
      assigneeId: row.assignee_id === null ? '' : String(row.assignee_id),
      nextAction: row.next_action,
      nextActionDueAt: row.next_action_due_at
        ? localInput(row.next_action_due_at, viewerOf(request).timeZone).slice(0, 16)
        : '',
    };
    const value = (name: string) => (values as Record<string, string>)[name] ?? '';
    return {
      number,
      title: row.title,
      values: {
        title: value('title'),
        severity: value('severity'),
        affected: value('affected'),
        assigneeId: value('assigneeId'),
        nextAction: value('nextAction'),
        nextActionDueAt: value('nextActionDueAt'),
      },
      // The newest version: who saw the newer text and sends again means it.
      version: row.version,
      severities: [...SEVERITIES],
      users,
      errors: problem?.fields ?? {},
      problem: problem?.message ?? '',
      zone: viewerOf(request).timeZone,
    };
  }

  app.get(
    '/incidents/:number/edit',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => reply.page('incidents/edit', await editView(request, request.params.number)),
  );

  app.post(
    '/incidents/:number/edit',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => {
      const { number } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(EditForm, request.body);
          const due = readMoment(request, 'nextActionDueAt', form.nextActionDueAt, { future: true }) ?? null;
          await act(request, `edit ${number}`, async (trx) => {
            const facts = {
              title: form.title,
              severity: form.severity,
              affected: form.affected ?? '',
              assigneeId: form.assigneeId ?? null,
              nextAction: form.nextAction ?? '',
              nextActionDueAt: due,
            };
            await editIncident(trx, actorOf(request), number, facts, form.version);
            return { status: 303, body: null };
          });
          return reply.done(`/incidents/${number}`, 'Saved.');
        },
        async (problem) => ({
          view: 'incidents/edit',
          data: await editView(request, number, typedAgain(request.body), problem),
        }),
      );
    },
  );
};
