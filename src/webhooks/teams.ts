import type { WebhookEvent } from './event.ts';
import { eventFacts, linkWords, oneLine } from './event-facts.ts';

/** A run of text is shown as it is; the text of a TextBlock or a Fact would be read as Markdown. */
const run = (text: string, style: Record<string, unknown> = {}) => ({
  type: 'TextRun',
  text: oneLine(text),
  ...style,
});
const line = (...inlines: object[]) => ({ type: 'RichTextBlock', inlines });

/** A message with an Adaptive Card, as the workflow “When a Teams webhook request is received” takes it. */
export function teamsMessage(event: WebhookEvent) {
  const { title, words, links } = event.data;
  const facts = eventFacts(event).map(([label, value]) =>
    line({ ...run(''), text: `${label}: `, isSubtle: true }, run(value)),
  );
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            line(run(title, { weight: 'Bolder', size: 'Large' })),
            line(run(linkWords(event))),
            ...(words ? [line(run(words))] : []),
            ...facts,
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Open', url: links.page }],
          msteams: { width: 'Full' },
        },
      },
    ],
  };
}
