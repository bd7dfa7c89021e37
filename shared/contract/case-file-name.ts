/** How the name of a case file ends. */
export const CASE_FILE_ENDING = '.inquest';

/** Whether a path is that of a case file, by its name. */
export function isCaseFile(path: string): boolean {
  return path.toLowerCase().endsWith(CASE_FILE_ENDING);
}
