import { describe, expect, it } from 'vitest';
import { exportFileName } from '../../../electron/export/file-names.ts';

describe('exportFileName', () => {
  it('names the document after the case', () => {
    expect(exportFileName('incident-2026-01-28.tar.gz', 'pdf')).toBe('incident-2026-01-28-report.pdf');
    expect(exportFileName('incident.TGZ', 'html')).toBe('incident-report.html');
    expect(exportFileName('Störung Nr. 4', 'json')).toBe('Störung-Nr.-4-case.json');
    expect(exportFileName('worker.log and 3 more', 'pdf')).toBe('worker.log-and-3-more-report.pdf');
  });

  it('leads to no other folder, no hidden file and no endless name', () => {
    expect(exportFileName('../../etc/passwd', 'pdf')).toBe('etc-passwd-report.pdf');
    expect(exportFileName('a\\b:c*d?', 'pdf')).toBe('a-b-c-d-report.pdf');
    expect(exportFileName('', 'pdf')).toBe('inquest-report.pdf');
    expect(exportFileName('..', 'json')).toBe('inquest-case.json');
    expect(exportFileName('x'.repeat(500), 'html')).toBe(`${'x'.repeat(80)}-report.html`);
  });
});
