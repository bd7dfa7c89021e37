export type ExportFormat = 'pdf' | 'html' | 'json';

/** A file name for an export: `incident-2026-01-28.tar.gz` becomes `incident-2026-01-28-report.pdf`. */
export function exportFileName(title: string, format: ExportFormat): string {
  const name = fileStem(title);
  return format === 'json' ? `${name}-case.json` : `${name}-report.${format}`;
}

/** What file names about a case begin with: its title without what is no good in names. */
export function fileStem(title: string): string {
  const stem = title
    .replace(/(\.tar)?\.(gz|tgz)$|\.tar$/i, '')
    // What no file system minds; names of evidence come from elsewhere.
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+|-+$/g, '')
    .slice(0, 80);
  return stem === '' ? 'inquest' : stem;
}
