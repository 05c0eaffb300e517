import { careWords, counted } from '../reports/page.ts';
import { queryOf } from '../reports/query.ts';
import type { Report } from '../reports/run.ts';
import { tableView } from '../reports/table.ts';
import type { Views } from '../web/views.ts';

/** A report as a mail: its table as text and HTML; pictures stay on the page that it links to. */
export function mailOf(report: Report, views: Pick<Views, 'render'>, base: string) {
  const { definition, scope } = report;
  const table = tableView(report);
  const total = counted(definition, report.all.n);
  const care = careWords(report);
  const parameters = queryOf(report.query);
  parameters.delete('period');
  // The days of this mail, not those of whenever somebody opens the page.
  parameters.set('from', scope.period.first);
  parameters.set('to', scope.period.last);
  const link = `${base}/reports/${definition.key}?${parameters}`;
  const head = [`${definition.title}, ${scope.period.words}`, total, care].filter(Boolean);
  const lines = table.rows.map(
    ({ name, cells }) =>
      `${name}: ${cells.map(({ title, words }) => `${title.toLowerCase()} ${words}`).join(', ')}`,
  );
  const none = report.all.n === 0 ? ['Nothing in this period.'] : [];
  return {
    subject: `${definition.title}: ${scope.period.words}`,
    text: [
      ...head,
      '',
      ...(lines.length > 0 ? lines : none),
      '',
      'With pictures:',
      link,
      '',
      ...definition.notes,
      '',
    ].join('\n'),
    html: views.render('report-mails/mail', {
      title: definition.title,
      period: scope.period.words,
      total,
      care,
      counts: definition.counts,
      table,
      isEmpty: report.all.n === 0,
      more: report.more,
      link,
      notes: definition.notes,
    }),
  };
}
