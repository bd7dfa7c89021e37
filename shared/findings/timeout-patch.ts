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
    case 'assigned':
      return `${setting}  # ${place.file} line ${place.line ?? '?'}, now ${place.value}`;
    case 'after-line':
      return [
        `--- a/${place.file}`,
        `+++ b/${place.file}`,
        `@@ -${place.line},0 +${place.line + 1} @@`,
        `+${setting}`,
      ].join('\n');
    case 'unknown':
      return setting;
  }
}
