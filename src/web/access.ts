import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import type { Role, Scope, Theme, Whose } from '../database/tables.ts';
import { Problem } from '../problem.ts';

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
};

/** Who did something, as the timeline keeps it. */
export type Actor = { userId: number | null; tokenId: number | null; name: string };
export const SYSTEM: Actor = { userId: null, tokenId: null, name: 'Delist Desk' };

export const ROLE_OF_SCOPE: Record<Scope, Role> = { read: 'viewer', write: 'operator', admin: 'admin' };
const RANK: Record<Role, number> = { viewer: 1, operator: 2, admin: 3 };
export const reaches = (role: Role, least: Role) => RANK[role] >= RANK[least];

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Open to people who have to set up a second factor first: it is how they do. */
    enrols?: boolean;
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
  return { userId, tokenId, name };
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
}

export type DeclaredRoute = {
  methods: string[];
  url: string;
  access: Access;
  /** What it takes and answers. */
  schema?: FastifySchema;
};

/** Every route must say who may use it: one that forgot stops the start. The list can be read from the app. */
export function requireDeclaredAccess(app: FastifyInstance): void {
  const declared: DeclaredRoute[] = [];
  app.decorate('declaredRoutes', declared);
  app.addHook('onRoute', (route) => {
    if (!route.config?.access)
      throw new Error(`${String(route.method)} ${route.url} does not declare its access`);
    declared.push({
      methods: [route.method].flat(),
      url: route.url,
      access: route.config.access,
      ...(route.schema ? { schema: route.schema } : {}),
    });
  });
}
