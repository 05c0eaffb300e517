import { SmallId, Type } from '../json-schema.ts';
import { isTimeZone } from '../web/format.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from './accounts.ts';

/** Fields and numbers that several forms and pages about people have. */

export const ROLES = ['viewer', 'operator', 'admin'] as const;

export const IdParams = Type.Object({ id: SmallId });
export const SecretParams = Type.Object({ secret: Type.String({ minLength: 1, maxLength: 100 }) });

export const NameField = Type.String({ minLength: 1, maxLength: 120, description: 'a name' });
export const OwnNameField = Type.String({ minLength: 1, maxLength: 120, description: 'your name' });
export const EmailField = Type.String({
  format: 'email',
  maxLength: 254,
  description: 'an e-mail address such as name@example.com',
});
export const PasswordField = Type.String({
  minLength: PASSWORD_MIN,
  maxLength: PASSWORD_MAX,
  description: `a password of at least ${PASSWORD_MIN} characters`,
});
/** The password that is theirs now; needed where they have one. */
export const CurrentField = Type.Optional(Type.String({ maxLength: PASSWORD_MAX }));
/** Where to go on after signing in. */
export const OnwardFields = {
  next: Type.Optional(Type.String({ maxLength: 2000 })),
  carried: Type.Optional(Type.String({ maxLength: 4_000_000 })),
};
export const ZoneField = Type.Optional(Type.String({ maxLength: 64 }));

export const zoneOf = (text: string | undefined): string => (text && isTimeZone(text) ? text : 'UTC');
