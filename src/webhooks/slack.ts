import type { WebhookEvent } from './event.ts';
import { eventFacts, linkWords, oneLine } from './event-facts.ts';

const ZERO_WIDTH = '\u200b';

/**
 * Text from outside as plain words: nothing in it calls people, makes a link or opens a control sequence, neither by
 * Slack’s rules (`&`, `<`, `>`) nor by the Markdown of those that take the same messages.
 */
const plain = (text: string): string =>
  oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=\w)/g, `@${ZERO_WIDTH}`)
    .replaceAll('](', `]${ZERO_WIDTH}(`)
    .replaceAll('://', `:${ZERO_WIDTH}//`)
    .replace(/[*_~`|]/g, (mark) => `${ZERO_WIDTH}${mark}${ZERO_WIDTH}`);

const link = (url: string, words: string) =>
  `<${url.replaceAll('|', '%7C').replaceAll('>', '%3E')}|${plain(words)}>`;

/** A message for incoming webhooks as Slack has them. */
export function slackMessage(event: WebhookEvent) {
  const { title, words, links } = event.data;
  const said = words ? `: ${plain(words)}` : '';
  const fields = eventFacts(event).map(([label, value]) => ({
    title: label,
    value: plain(value),
    short: true,
  }));
  return {
    text: `*${plain(title)}*${said}\n${link(links.page, linkWords(event))}`,
    unfurl_links: false,
    unfurl_media: false,
    ...(fields.length > 0 ? { attachments: [{ fallback: plain(title), fields, mrkdwn_in: [] }] } : {}),
  };
}
