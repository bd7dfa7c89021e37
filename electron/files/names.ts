/**
 * Characters that would act on a terminal or reorder text instead of showing: C0 and C1 controls, DEL, line separators and
 * the bidirectional controls (https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings).
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A file name as it can be shown anywhere: `\x1b` stands for an escape character, `\u202e` for a direction override. */
export function visibleName(name: string): string {
  return name.replace(INVISIBLE, escapeCharacter);
}

/** `/`, `C:\`, `\\server`: what makes a path absolute on some system. */
const ROOT = /^(?:[A-Za-z]:(?=[/\\]))?[/\\]+/;

/** Whether a member's path begins at the root of a system, as `tar -P` and some packers for Windows write it. */
export function isAbsoluteName(name: string): boolean {
  return ROOT.test(name);
}

/** A member's path below the root of its system, as tar itself unpacks it: https://www.gnu.org/software/tar/manual/html_node/absolute.html */
export function belowRoot(name: string): string {
  return name.replace(ROOT, '');
}

/**
 * Why a member's name must not be believed, or null. Members are never unpacked under their own names; such a name is
 * refused because nobody packs evidence that way by accident. `\` counts as a separator, as it would on Windows.
 */
export function unsafeMemberName(name: string): string | null {
  if (belowRoot(name) === '') return 'it has no name';
  if (name.split(/[/\\]/).includes('..')) return 'its path climbs out of the archive';
  return null;
}

/** A relative path without the segments that mean nothing: `./journal//unit.txt` becomes `journal/unit.txt`. */
export function plainPath(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

/** The last segment of a `/`-separated path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** All but the last segment of a `/`-separated path; empty at the top. */
export function folderName(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
