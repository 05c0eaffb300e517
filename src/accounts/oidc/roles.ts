import type { Role, RoleOfValue } from '../../database/tables.ts';
import { invalid } from '../../problem.ts';

/** Pure: which role the claims of a provider of identities give. */

const RANK: Record<Role, number> = { viewer: 1, operator: 2, admin: 3 };
const isRole = (text: string): text is Role => Object.hasOwn(RANK, text);

const MOST_LINES = 100;

/** A claim by its name; `realm_access.roles` also inside of others. A name that is there as such comes first. */
function claimNamed(claims: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The values of a claim as texts: one, or several in a list. */
export function valuesOf(claims: Record<string, unknown>, name: string): string[] {
  const value = claimNamed(claims, name);
  return (Array.isArray(value) ? value : [value]).flatMap((one) =>
    typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean' ? [String(one)] : [],
  );
}

/** The highest role that a value of the claim gives, or the default one; null: none, and nobody gets in. */
export function roleFrom(
  claims: Record<string, unknown>,
  given: { claim: string; roles: RoleOfValue[]; defaultRole: Role | null },
): Role | null {
  const values = new Set(valuesOf(claims, given.claim));
  const roles = given.roles.filter(({ value }) => values.has(value)).map(({ role }) => role);
  return roles.sort((one, other) => RANK[other] - RANK[one])[0] ?? given.defaultRole;
}

/** Lines `value = role`. Throws `invalid` on `roles` with the line that cannot be read. */
export function readRoles(text: string): RoleOfValue[] {
  const lines = text.split('\n').map((line) => line.trim());
  const used = lines.filter(Boolean);
  if (used.length > MOST_LINES) throw invalid('roles', `At most ${MOST_LINES} lines.`);
  return used.map((line) => {
    const at = line.lastIndexOf('=');
    const value = line.slice(0, at).trim();
    const role = line.slice(at + 1).trim();
    if (at < 1 || !value || value.length > 200 || !isRole(role))
      throw invalid(
        'roles',
        `Line ${lines.indexOf(line) + 1}: write a value, =, and viewer, operator or admin.`,
      );
    return { value, role };
  });
}

export const writeRoles = (roles: RoleOfValue[]) =>
  roles.map(({ value, role }) => `${value} = ${role}`).join('\n');
