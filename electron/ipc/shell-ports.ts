import type { AppInfo } from '../../shared/contract/ipc.ts';
import type { JobError } from '../../shared/model/job.ts';
import type { ExportFormat } from '../export/file-names.ts';

/** What handlers need of Electron, so that they run and are tested without it. */
export interface ShellPorts {
  readonly appInfo: () => AppInfo;
  /** Absolute paths, or null when the dialog was dismissed. */
  readonly chooseEvidence: (kind: 'files' | 'folder' | 'rules') => Promise<readonly string[] | null>;
  /** An absolute path, or null when the dialog was dismissed. */
  readonly chooseExportPath: (suggestedPath: string, format: ExportFormat) => Promise<string | null>;
  /** As chooseExportPath, for the bytes of one record. */
  readonly chooseRecordPath: (suggestedPath: string) => Promise<string | null>;
  /** As chooseExportPath, for a table as CSV. */
  readonly chooseTablePath: (suggestedPath: string) => Promise<string | null>;
  /** As chooseExportPath, for the notes of a case. */
  readonly chooseNotesToSave: (suggestedPath: string) => Promise<string | null>;
  /** A file of notes to be read, absolute, or null when the dialog was dismissed. */
  readonly chooseNotesToOpen: () => Promise<string | null>;
  /** As chooseExportPath, for a shell script. */
  readonly chooseScriptPath: (suggestedPath: string) => Promise<string | null>;
  /** As chooseExportPath, for the file of a case. */
  readonly chooseCasePath: (suggestedPath: string) => Promise<string | null>;
  /** Where a file or folder of this name lies now, absolute, or null when the dialog was dismissed. */
  readonly chooseMoved: (kind: 'file' | 'folder', name: string) => Promise<string | null>;
  /** Asks what becomes of changes that the file of the case does not have. */
  readonly askUnsaved: (title: string) => Promise<'save' | 'discard' | 'cancel'>;
  readonly writeClipboard: (text: string) => void;
  /** Absolute path of the sample case that comes with Inquest. */
  readonly samplePath: () => string;
  /** Where exports go when nothing better is known, absolute. */
  readonly documentsFolder: () => string;
  readonly toJobError: (error: unknown) => JobError;
}
