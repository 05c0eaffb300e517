import { Type } from '../json-schema.ts';
import { isTimeZone } from '../web/format.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from './accounts.ts';

/** Fields that several forms about people have. */

export const ROLES = ['viewer', 'operator', 'admin'] as const;

export const NameField = Type.String({ minLength: 1, maxLength: 120, description: 'a name' });
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
export const ZoneField = Type.Optional(Type.String({ maxLength: 64 }));

export const zoneOf = (text: string | undefined): string => (text && isTimeZone(text) ? text : 'UTC');
