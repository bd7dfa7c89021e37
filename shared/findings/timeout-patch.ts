import type { TimeoutPlace } from '../model/import-course.ts';

/**
 * The change that sets the timeout: a unified diff that patch(1) applies where a line is added after the last known
 * setting; the line itself where one must be replaced, since a diff would have to quote it to the letter.
 */
export function timeoutPatch(place: TimeoutPlace, timeoutSeconds: number): string {
  const setting = `timeout = ${timeoutSeconds}`;
  switch (place.kind) {
    case 'unit':
      return `${place.before}${timeoutSeconds}${place.after}`;
    case 'flag':
      return replacingLine(`--timeout ${timeoutSeconds}`, place);
    case 'assigned':
      return replacingLine(setting, place);
    case 'after-line':
      return linesAfter(place, [setting]);
    case 'unknown':
      return setting;
  }
}

/** A line as it should be, with what it replaces. */
function replacingLine(
  setting: string,
  { file, line, value }: { readonly file: string; readonly line: number | null; readonly value: unknown },
): string {
  return `${setting}  # ${file}${line === null ? '' : ` line ${line}`}, now ${value}`;
}

/** A unified diff that adds lines behind one of a file. */
export function linesAfter(
  { file, line }: { readonly file: string; readonly line: number },
  added: readonly string[],
): string {
  const count = added.length === 1 ? '' : `,${added.length}`;
  return [
    `--- a/${file}`,
    `+++ b/${file}`,
    `@@ -${line},0 +${line + 1}${count} @@`,
    ...added.map((each) => `+${each}`),
  ].join('\n');
}
