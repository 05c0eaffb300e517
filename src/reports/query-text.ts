import { Type } from '../json-schema.ts';
import { readForm } from '../web/forms.ts';
import { ReportQuery } from './query.ts';

const Asked = Type.Object(ReportQuery);

/** Reads what a report is asked with from fields, or from a query string as it is kept. Throws `invalid`. */
export const readQuery = (asked: string | unknown): ReportQuery =>
  readForm(Asked, typeof asked === 'string' ? Object.fromEntries(new URLSearchParams(asked)) : asked);
