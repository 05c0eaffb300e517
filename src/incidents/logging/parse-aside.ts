import { type ParsedReport, parseReport } from '../../bounces/parse-report.ts';
import { catalogueUnder, type Overlay } from '../../playbooks/effective.ts';
import { readCatalogue } from '../../providers/catalogue.ts';

export type ReportAside = { input: string | Uint8Array; overlay: Overlay; now: Date; timeZone: string };

/** The release's own part of the catalogue: the thread reads it once, and is told the rest. */
const BUILT_IN = readCatalogue();

/** Reads a report in another thread, by the catalogue that the server knows. */
export default ({ input, overlay, now, timeZone }: ReportAside): ParsedReport =>
  parseReport(input, { catalogue: catalogueUnder(overlay, BUILT_IN), now, timeZone });
