/** A name as an identifier of SQL, whatever it holds. Source: https://www.sqlite.org/lang_keywords.html */
export function quotedIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
