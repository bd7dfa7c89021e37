/*
 * Evidence may hold characters that steer a terminal (ESC), hide text or turn it around (bidirectional controls,
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing). Reports show them as escapes that can be read.
 */

// Controls but line feed and tab; soft hyphen; zero width and bidirectional controls; line separators; byte order mark;
// lone surrogates, unassigned tags and private use.
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]|\p{Cs}|\p{Co}/gu;

/** `\u{202e}`: how a character that cannot be shown is written out. */
export function escapeCodePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** The text with every character visible: tabs as spaces, controls as `\u{1b}`; line feeds stay line feeds. */
export function visibleText(text: string): string {
  return text.replace(/\r\n/g, '\n').replaceAll('\t', '    ').replace(INVISIBLE, escapeCodePoint);
}

/** As visibleText, with its tabs: for text whose columns and bytes matter. */
export function visibleRaw(text: string): string {
  return text.split('\t').map(visibleText).join('\t');
}

/** As visibleText, on one line. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll('\n', ' ⏎ ');
}
