import { createHash } from 'node:crypto';
import { writePdf } from '../../electron/export/pdf.ts';
import { referenceReport } from './reports.ts';

/* Prints the SHA-256 of the reference case's PDF: run in a process of its own, to see that nothing of it depends on one. */
const { report, caseJson } = referenceReport();
void writePdf(report, caseJson).then((bytes) => {
  process.stdout.write(createHash('sha256').update(bytes).digest('hex'));
});
