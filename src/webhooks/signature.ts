import { createHmac, randomBytes, randomUUID } from 'node:crypto';

/** Signatures by Standard Webhooks 1.0, symmetric (`v1`). */

const PREFIX = 'whsec_';
const NEW_BYTES = 32;
const [LEAST_BYTES, MOST_BYTES] = [24, 64];

export const newSecret = (): string => PREFIX + randomBytes(NEW_BYTES).toString('base64');

const keyOf = (secret: string) => Buffer.from(secret.slice(PREFIX.length), 'base64');

/** `whsec_` and 24 to 64 octets in Base64. */
export function isSecret(text: string): boolean {
  if (!/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(text)) return false;
  const { length } = keyOf(text);
  return length >= LEAST_BYTES && length <= MOST_BYTES;
}

/** An id has no full stop: it stands between two in what is signed. */
export const newMessageId = (): string => `msg_${randomUUID().replaceAll('-', '')}`;

/** `v1,` and the HMAC-SHA256 of `id.timestamp.body`, once for each secret that counts. */
export function sign(secrets: string[], message: { id: string; seconds: number; body: Buffer }): string {
  const head = `${message.id}.${message.seconds}.`;
  return secrets
    .map(
      (secret) =>
        `v1,${createHmac('sha256', keyOf(secret)).update(head).update(message.body).digest('base64')}`,
    )
    .join(' ');
}

/** The headers of a request: those that Standard Webhooks names, with a signature where there is a secret. */
export const signedHeaders = (
  secrets: string[],
  message: { id: string; seconds: number; body: Buffer },
): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'Delist-Desk-Webhooks',
  'webhook-id': message.id,
  'webhook-timestamp': String(message.seconds),
  ...(secrets.length > 0 ? { 'webhook-signature': sign(secrets, message) } : {}),
});
