/** What one request may bring. A page's form and an API body, unless a route says more. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** A batch of the log agent: its rows with their sample lines. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;
/** A report or a mail: a day's log of one block, or a message with its attachments. */
export const MAX_REPORT_BYTES = 25 * 1024 * 1024;
/** Four screenshots of 5 MB, in base64. */
export const MAX_PICTURES_JSON_BYTES = 28 * 1024 * 1024;
