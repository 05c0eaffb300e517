import { createHash } from 'node:crypto';
import { type Pictures, sanitiseMail } from './sanitise.ts';

/** Ours, and the only style in the frame: it is let in by its hash, so a mail cannot bring another. */
const STYLE = [
  'html{font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}',
  'body{margin:16px;max-width:44rem}',
  'img{max-width:100%;height:auto}',
  'table{border-spacing:0}',
  'td,th{padding:2px 6px;vertical-align:top;text-align:start}',
  'pre{white-space:pre-wrap}',
  'blockquote{margin:8px 0;padding-inline-start:12px;border-inline-start:2px solid GrayText}',
].join('');
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** What a frame that shows a mail may do: follow a link in a window of its own, and show pictures. */
export const FRAME_SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';

const policyFor = (remote: boolean) =>
  [
    `sandbox ${FRAME_SANDBOX}`,
    "default-src 'none'",
    `img-src data:${remote ? ' https:' : ''}`,
    `style-src 'sha256-${STYLE_HASH}'`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ');

const SCHEMES: Record<string, string> = { light: 'light', dark: 'dark' };

/** A mail's HTML as a document for a sandboxed frame, and the header fields that hold it in. */
export async function mailFrame(
  html: string,
  { theme, ...pictures }: Pictures & { theme: string },
): Promise<{ headers: Record<string, string>; document: string }> {
  const { html: safe } = await sanitiseMail(html, pictures);
  return {
    headers: {
      'content-security-policy': policyFor(pictures.remote),
      'x-frame-options': 'SAMEORIGIN',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-type': 'text/html; charset=utf-8',
    },
    document: `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="${SCHEMES[theme] ?? 'light dark'}"><title>Message</title><style>${STYLE}</style>${safe}`,
  };
}
