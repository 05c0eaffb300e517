import type { Db } from '../../database/open.ts';
import { invalid, Problem } from '../../problem.ts';
import { CHALLENGE_MS, keepChallenge, takeChallenge } from './challenges.ts';
import type { RelyingParty } from './relying-party.ts';
import { readCreated, readSigned } from './response.ts';
import { credentialsOf, findPasskey, type NewPasskey, notePasskeyUse } from './store.ts';

/** Loaded with the first passkey: most starts need none of it. */
const load = () => import('@simplewebauthn/server');

/** Ed25519, ES256 and RS256 (RFC 9053, RFC 8812): every key that is sold does one of them. */
const ALGORITHMS = [-8, -7, -257];

const handleOf = (uuid: string) => new Uint8Array(Buffer.from(uuid.replaceAll('-', ''), 'hex'));

const TOO_LATE = 'This took too long, or was sent already. Try again.';
const NOT_PROVEN = 'This passkey could not be checked. Try again, or use another way.';

/** The library says what is wrong in words for programmers; whatever it is, the passkey proves nothing. */
async function orUnproven<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch {
    throw invalid('passkey', NOT_PROVEN);
  }
}

/** What a browser needs to make a passkey for a person. */
export async function askForNew(
  db: Db,
  rp: RelyingParty,
  user: { id: number; email: string; name: string; passkey_handle: string },
  address: string,
) {
  const { generateRegistrationOptions } = await load();
  const options = await generateRegistrationOptions({
    rpName: 'Delist Desk',
    rpID: rp.id,
    userName: user.email,
    userDisplayName: user.name,
    userID: handleOf(user.passkey_handle),
    timeout: CHALLENGE_MS,
    attestationType: 'none',
    excludeCredentials: await credentialsOf(db, user.id),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  await keepChallenge(db, options.challenge, { purpose: 'add', userId: user.id }, address);
  return options;
}

/** Checks a passkey that a browser has made for a person. Throws `invalid`. */
export async function checkNew(
  db: Db,
  rp: RelyingParty,
  userId: number,
  text: string,
): Promise<Omit<NewPasskey, 'name'>> {
  const { challenge, transports, credential } = readCreated(text);
  const asked = await takeChallenge(db, challenge);
  if (asked?.purpose !== 'add' || asked.userId !== userId) throw invalid('passkey', TOO_LATE);
  const { verifyRegistrationResponse } = await load();
  const { registrationInfo } = await orUnproven(() =>
    verifyRegistrationResponse({
      response: credential,
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!registrationInfo) throw invalid('passkey', NOT_PROVEN);
  return {
    credentialId: Buffer.from(registrationInfo.credential.id, 'base64url'),
    publicKey: Buffer.from(registrationInfo.credential.publicKey),
    counter: registrationInfo.credential.counter,
    transports,
    isSynced: registrationInfo.credentialBackedUp,
  };
}

/** What a browser needs to sign in with a passkey: any of this desk, or one of the person's. */
export async function askToSign(db: Db, rp: RelyingParty, userId: number | null, address: string) {
  const { generateAuthenticationOptions } = await load();
  const options = await generateAuthenticationOptions({
    rpID: rp.id,
    timeout: CHALLENGE_MS,
    userVerification: 'required',
    ...(userId === null ? {} : { allowCredentials: await credentialsOf(db, userId) }),
  });
  await keepChallenge(db, options.challenge, { purpose: 'sign-in', userId }, address);
  return options;
}

/** Who signs in with a passkey. Throws `invalid`, in the same words whatever is wrong with it. */
export async function checkSigned(db: Db, rp: RelyingParty, text: string): Promise<number> {
  const { challenge, credentialId, userHandle, credential } = readSigned(text);
  const asked = await takeChallenge(db, challenge);
  if (asked?.purpose !== 'sign-in') throw invalid('passkey', TOO_LATE);
  const passkey = await findPasskey(db, credentialId);
  const isTheirs =
    passkey &&
    (asked.userId === null || asked.userId === passkey.user_id) &&
    (!userHandle || userHandle.equals(handleOf(passkey.passkey_handle)));
  if (!isTheirs) throw invalid('passkey', NOT_PROVEN);
  const { verifyAuthenticationResponse } = await load();
  const { verified, authenticationInfo } = await orUnproven(() =>
    verifyAuthenticationResponse({
      response: credential,
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      credential: {
        id: credential.id,
        publicKey: new Uint8Array(passkey.public_key),
        counter: passkey.counter,
        transports: passkey.transports,
      },
      requireUserVerification: true,
    }),
  );
  const now = { counter: authenticationInfo.newCounter, isSynced: authenticationInfo.credentialBackedUp };
  if (!verified || !(await notePasskeyUse(db, passkey, now))) throw invalid('passkey', NOT_PROVEN);
  return passkey.user_id;
}

/** Throws `not-found` where the desk has no address that passkeys can belong to. */
export function needParty(rp: RelyingParty | undefined): RelyingParty {
  if (!rp)
    throw new Problem('not-found', 'Passkeys need BASE_URL to be set to this desk’s https:// address.');
  return rp;
}
