import { createRequire } from 'node:module';
import { create } from 'fontkit';
import { escapeCodePoint, visibleText } from '../../shared/wording/visible.ts';
import { readOwnFileSync } from '../files/own-files.ts';

/** Fonts of the PDF: the families of the window, as TrueType files from npm (SIL Open Font License 1.1). */
const FILES = {
  Inter: {
    normal: '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf',
    bold: '@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf',
  },
  JetBrainsMono: {
    normal: '@expo-google-fonts/jetbrains-mono/400Regular/JetBrainsMono_400Regular.ttf',
    bold: '@expo-google-fonts/jetbrains-mono/600SemiBold/JetBrainsMono_600SemiBold.ttf',
  },
} as const;
export type FontFamily = keyof typeof FILES;

const require = createRequire(import.meta.url);

/** Absolute paths of the font files, as pdfmake takes them. Throws when the packages are not installed. */
export function fontPaths(): Record<FontFamily, { normal: string; bold: string }> {
  const resolve = ({ normal, bold }: (typeof FILES)[FontFamily]) => ({
    normal: require.resolve(normal),
    bold: require.resolve(bold),
  });
  return { Inter: resolve(FILES.Inter), JetBrainsMono: resolve(FILES.JetBrainsMono) };
}

/** Makes text that a font can show whole: what it has no glyph for becomes an escape such as `\u{4e2d}`. */
export type ShowableText = (text: string) => string;

/** One ShowableText per family. A family's weights cover the same characters, so the normal one is asked. */
export function showableTexts(paths: ReturnType<typeof fontPaths>): Record<FontFamily, ShowableText> {
  return { Inter: showable(paths.Inter.normal), JetBrainsMono: showable(paths.JetBrainsMono.normal) };
}

/** One of the fonts as a file. */
export function fontBytes(path: string): Uint8Array {
  return readOwnFileSync(path);
}

function showable(path: string): ShowableText {
  const font = create(readOwnFileSync(path));
  if (!('characterSet' in font)) throw new Error(`a collection of fonts where one font was expected: ${path}`);
  const covered = new Set(font.characterSet);
  // Beyond the basic plane every character is escaped: pdfmake breaks lines between UTF-16 units and would tear it apart.
  const isShown = (character: string): boolean => {
    const codePoint = character.codePointAt(0) ?? 0;
    return character === '\n' || (codePoint < 0x10000 && covered.has(codePoint));
  };
  return (text) => {
    let shown = '';
    for (const character of visibleText(text)) shown += isShown(character) ? character : escapeCodePoint(character);
    return shown;
  };
}
