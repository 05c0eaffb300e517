import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import type { Role, Scope, Theme, Whose } from '../database/tables.ts';
import { Problem } from '../problem.ts';
import { type ApiScope, reachesScope } from './scopes.ts';

/** Least role that a route asks for. `public` is for set-up, sign-in, health, static files and shared pages only. */
export type Access = 'public' | Role;

/** Who asks: a person with a session, or a token. */
export type Viewer = {
  userId: number | null;
  tokenId: number | null;
  name: string;
  role: Role;
  timeZone: string;
  theme: Theme;
  /** Whether keys without a modifier act. */
  singleKeys: boolean;
  deskWhose: Whose;
  /** Whether they have to set up a second factor before anything else. */
  mustEnrol: boolean;
  /** What a token is limited to; null: nothing but its role. */
  scopes?: readonly string[] | null;
};

/** Who did something, as the timeline and the audit log keep it; `from`: the address that they did it from. */
export type Actor = { userId: number | null; tokenId: number | null; name: string; from?: string };
export const SYSTEM: Actor = { userId: null, tokenId: null, name: 'Delist Desk' };

export const ROLE_OF_SCOPE: Record<Scope, Role> = { read: 'viewer', write: 'operator', admin: 'admin' };
const RANK: Record<Role, number> = { viewer: 1, operator: 2, admin: 3 };
export const reaches = (role: Role, least: Role) => RANK[role] >= RANK[least];

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Open to people who have to set up a second factor first: it is how they do. */
    enrols?: boolean;
    /** What a token that is limited needs for a route of the API. */
    scope?: ApiScope;
  }
  interface FastifyRequest {
    viewer: Viewer | null;
    /** Why it could not be found out who sends a form; told once its text is read. */
    unidentified: unknown;
  }
  interface FastifyInstance {
    declaredRoutes: DeclaredRoute[];
  }
}

/** The signed-in viewer; a route that is not public always has one. */
export function viewerOf(request: FastifyRequest): Viewer {
  if (!request.viewer) throw new Problem('not-signed-in', 'You are not signed in.');
  return request.viewer;
}

export function actorOf(request: FastifyRequest): Actor {
  const { userId, tokenId, name } = viewerOf(request);
  return { userId, tokenId, name, from: request.ip };
}

/** Throws unless the viewer may use the route. */
export function checkAccess(request: FastifyRequest): void {
  const least = request.routeOptions.config.access ?? 'viewer';
  if (least === 'public') return;
  const viewer = viewerOf(request);
  if (viewer.mustEnrol && !request.routeOptions.config.enrols)
    throw new Problem(
      'second-factor-needed',
      'This desk asks everybody for a second factor beside the password. Set yours up first.',
    );
  if (!reaches(viewer.role, least)) {
    throw new Problem('not-allowed', `This needs the role ${least}; you are ${viewer.role}.`);
  }
  const { scope } = request.routeOptions.config;
  if (!reachesScope(viewer.scopes ?? null, scope))
    throw new Problem(
      'not-allowed',
      scope
        ? `This needs the scope ${scope}, which this token does not have.`
        : 'This token is limited to some scopes, and nothing here belongs to one.',
      scope ? { facts: { missingScope: scope } } : {},
    );
}

export type DeclaredRoute = {
  methods: string[];
  url: string;
  access: Access;
  /** Of routes of the API. */
  scope?: ApiScope;
  /** What it takes and answers. */
  schema?: FastifySchema;
};

const isApi = (url: string) => url.startsWith('/api/');

/**
 * Every route must say who may use it, and one of the API its scope: one that forgot stops the start. The list can be
 * read from the app.
 */
export function requireDeclaredAccess(app: FastifyInstance): void {
  const declared: DeclaredRoute[] = [];
  app.decorate('declaredRoutes', declared);
  app.addHook('onRoute', (route) => {
    if (!route.config?.access)
      throw new Error(`${String(route.method)} ${route.url} does not declare its access`);
    const { access, scope } = route.config;
    if (isApi(route.url) && !scope)
      throw new Error(`${String(route.method)} ${route.url} does not declare its scope`);
    declared.push({
      methods: [route.method].flat(),
      url: route.url,
      access,
      ...(isApi(route.url) && scope ? { scope } : {}),
      ...(route.schema ? { schema: route.schema } : {}),
    });
  });
}
