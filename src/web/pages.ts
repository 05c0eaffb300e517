import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { relyingParty } from '../accounts/passkeys/relying-party.ts';
import { countUnfinished } from '../incidents/counts.ts';
import { countUnfiled } from '../mail-in/filing/unfiled-count.ts';
import { countUnread } from '../notifications/notices.ts';
import { Problem, type ProblemCode } from '../problem.ts';
import { reaches } from './access.ts';
import { setFlash, takeFlash } from './flash.ts';
import { newFormKey } from './forms.ts';
import { type Kind, PROBLEMS, toProblem } from './problems.ts';
import { formAgain } from './resume.ts';
import { filesToChooseAgain } from './uploads.ts';
import type { PageFrame } from './views.ts';

declare module 'fastify' {
  interface FastifyReply {
    /** Renders a page in its layout; what the layout shows is read while `data` is. */
    page: (view: string, data: object | Promise<object>, status?: number) => Promise<FastifyReply>;
    /** Renders a page for somebody without an account: nothing of a session is read or set. Times are in `zone`. */
    publicPage: (view: string, data: object, zone: string, status?: number) => FastifyReply;
    /** Answers a form: 303 to where its effect is seen, with one line on what was done, which leads to `incidents`. */
    done: (to: string, words?: string, incidents?: number[]) => FastifyReply;
  }
}

export const ASSETS_FOLDER = fileURLToPath(new URL('./assets/', import.meta.url));

/** Changes with any asset, so that browsers may keep them for ever. */
function assetsVersion(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(ASSETS_FOLDER).sort()) hash.update(readFileSync(`${ASSETS_FOLDER}${file}`));
  return hash.digest('hex').slice(0, 10);
}

async function frameFor(request: FastifyRequest, reply: FastifyReply, assets: string): Promise<PageFrame> {
  const { viewer, server } = request;
  let counts: PageFrame['counts'] = null;
  try {
    if (viewer && !viewer.mustEnrol) {
      const { db } = server.desk;
      const [unfinished, unfiled, unread] = await Promise.all([
        countUnfinished(db),
        countUnfiled(db),
        viewer.userId === null ? 0 : countUnread(db, viewer.userId),
      ]);
      counts = { ...unfinished, unfiled: unfiled.count, unfiledMark: unfiled.mark, unread };
    }
  } catch {
    // The page that says "the database does not answer" must not need the database.
  }
  return {
    viewer: viewer && {
      name: viewer.name,
      timeZone: viewer.timeZone,
      theme: viewer.theme,
      singleKeys: viewer.singleKeys,
      canWrite: reaches(viewer.role, 'operator'),
      isAdmin: reaches(viewer.role, 'admin'),
    },
    now: new Date(),
    csrf: reply.generateCsrf(),
    once: newFormKey(),
    flash: takeFlash(request, reply),
    demo: server.desk.config.demo,
    passkeys: relyingParty(server.desk.config.baseUrl) !== undefined,
    path: request.url,
    assets,
    counts,
  };
}

const publicFrame = (demo: boolean, timeZone: string, assets: string): PageFrame => ({
  viewer: { name: '', timeZone, theme: 'system', singleKeys: false, canWrite: false, isAdmin: false },
  now: new Date(),
  csrf: '',
  once: '',
  flash: [],
  demo,
  passkeys: false,
  path: '',
  assets,
  counts: null,
});

/** A page is made of thousands of pieces of text: encoded at once, they are gone through once, not for their length as well. */
const sendHtml = (reply: FastifyReply, html: string) =>
  reply.type('text/html; charset=utf-8').send(Buffer.from(html));

export function servePages(app: FastifyInstance): void {
  const assets = assetsVersion();
  app.decorateReply('page', async function (this: FastifyReply, view, given, status) {
    const [frame, data] = await Promise.all([frameFor(this.request, this, assets), given]);
    const html = this.server.desk.views.render(view, { frame, ...data });
    if (status) this.code(status);
    return sendHtml(this, html);
  });
  app.decorateReply(
    'publicPage',
    function (this: FastifyReply, view: string, data: object, zone: string, status = 200) {
      const frame = publicFrame(this.server.desk.config.demo, zone, assets);
      const html = this.server.desk.views.render(view, { frame, ...data });
      return sendHtml(this.code(status), html);
    },
  );
  app.decorateReply('done', function (this: FastifyReply, to: string, words?: string, incidents?: number[]) {
    if (words) setFlash(this, words, incidents);
    return this.redirect(to, 303);
  });
}

/** Problems after which what was sent stands on the page, to be mended and sent again. */
const KEEPS_FORM = new Set<ProblemCode>([
  'invalid',
  'changed-meanwhile',
  'incident-closed',
  'not-allowed',
  'too-busy',
  'database-away',
  'disk-full',
  'unexpected',
]);

/** Says to programs and proxies when to try again, where time alone mends it. */
export function tellWhenAgain(reply: FastifyReply, { retryAfter }: Kind): void {
  if (retryAfter) reply.header('retry-after', String(retryAfter));
}

/** The page for a problem: what happened, what to do, the request's number. */
export async function problemPage(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const problem = toProblem(error);
  const kind = PROBLEMS[problem.code];
  tellWhenAgain(reply, kind);
  return reply.page(
    'errors/problem',
    {
      title: kind.title,
      words: problem.message,
      todo: kind.todo,
      id: request.id,
      code: problem.code,
      again: KEEPS_FORM.has(problem.code) ? formAgain(request, problem.fields) : undefined,
    },
    kind.status,
  );
}

/**
 * Runs a form's action. What is wrong with the input comes back as the same page, with what was typed and
 * the messages beside the fields; anything else goes to the error page.
 */
export async function orFormAgain(
  reply: FastifyReply,
  action: () => Promise<FastifyReply>,
  again: (problem: {
    message: string;
    fields: Record<string, string>;
    code: string;
  }) => Promise<{ view: string; data: object }>,
): Promise<FastifyReply> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Problem) || PROBLEMS[error.code].status < 409) throw error;
    const kind = PROBLEMS[error.code];
    tellWhenAgain(reply, kind);
    const { view, data } = await again({ message: error.message, fields: error.fields, code: error.code });
    const chooseAgain = filesToChooseAgain(reply.request).flatMap(({ names }) => names);
    return reply.page(view, { chooseAgain, ...data }, kind.status);
  }
}
