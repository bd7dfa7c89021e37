export type ExportFormat = 'pdf' | 'html' | 'json';
