import { ownMails } from '../mail-out/own-mails.ts';

/** Mails with reports. */
export const REPORT_QUEUE = ownMails('report_mails', (report) => ({ report }));
