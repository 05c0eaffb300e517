import { invalid } from '../../problem.ts';

/** Pure: what a browser hands over of a passkey, as the form's field holds it. Only what is known is read. */

const MOST_OCTETS = 20_000;
const BASE64URL = /^[A-Za-z0-9_-]{1,16000}$/;
const TRANSPORTS = new Set(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']);

const BROKEN = 'What came from the passkey cannot be read. Try again.';

type Given = Record<string, unknown>;

const objectIn = (value: unknown): Given => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('passkey', BROKEN);
  return value as Given;
};

const octetsIn = (given: Given, name: string): string => {
  const value = given[name];
  if (typeof value !== 'string' || !BASE64URL.test(value)) throw invalid('passkey', BROKEN);
  return value;
};

function parsed(text: string): Given {
  if (text.length > MOST_OCTETS) throw invalid('passkey', BROKEN);
  try {
    return objectIn(JSON.parse(text));
  } catch {
    throw invalid('passkey', BROKEN);
  }
}

/** What was signed: it names the challenge (W3C WebAuthn § 5.8.1). */
function challengeIn(clientDataJSON: string): string {
  return octetsIn(parsed(Buffer.from(clientDataJSON, 'base64url').toString('utf8')), 'challenge');
}

function common(text: string) {
  const given = parsed(text);
  const response = objectIn(given['response']);
  const id = octetsIn(given, 'id');
  const clientDataJSON = octetsIn(response, 'clientDataJSON');
  return {
    response,
    challenge: challengeIn(clientDataJSON),
    clientDataJSON,
    shell: { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const,
  };
}

/** A new passkey. Throws `invalid`. */
export function readCreated(text: string) {
  const { response, challenge, clientDataJSON, shell } = common(text);
  const said = Array.isArray(response['transports']) ? response['transports'] : [];
  const transports = [...new Set(said)].filter(
    (one): one is string => typeof one === 'string' && TRANSPORTS.has(one),
  );
  const attestationObject = octetsIn(response, 'attestationObject');
  return { challenge, transports, credential: { ...shell, response: { clientDataJSON, attestationObject } } };
}

/** A signature by a passkey. Throws `invalid`. */
export function readSigned(text: string) {
  const { response, challenge, clientDataJSON, shell } = common(text);
  const handle = response['userHandle'];
  return {
    challenge,
    credentialId: Buffer.from(shell.id, 'base64url'),
    userHandle: typeof handle === 'string' ? Buffer.from(handle, 'base64url') : undefined,
    credential: {
      ...shell,
      response: {
        clientDataJSON,
        authenticatorData: octetsIn(response, 'authenticatorData'),
        signature: octetsIn(response, 'signature'),
      },
    },
  };
}
