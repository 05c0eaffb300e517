import type { Email } from 'postal-mime';

/** Limits on what a hostile mail can make us do. */
const MAX_NESTING = 30;
const MAX_HEADERS = 1024 * 1024;

/** The parts of a raw mail (RFC 5322), each decoded. Throws for one that is nested too deep or has too long a head. */
export default async function takeApart(raw: Uint8Array): Promise<Email> {
  const { default: PostalMime } = await import('postal-mime');
  return PostalMime.parse(raw, {
    maxNestingDepth: MAX_NESTING,
    maxHeadersSize: MAX_HEADERS,
    attachmentEncoding: 'arraybuffer',
  });
}
