import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleLine, visibleText } from '../../../shared/wording/visible.ts';

describe('text made visible', () => {
  it('writes controls and turned text as escapes', () => {
    expect(visibleText('a\u001b[31mb\u202ec\u0007\u200bd')).toBe('a\\u{1b}[31mb\\u{202e}c\\u{7}\\u{200b}d');
  });

  it('keeps letters of any script, line feeds, and tabs as spaces', () => {
    expect(visibleText('Жук 中文 é\nx\ty\r\n')).toBe('Жук 中文 é\nx    y\n');
    expect(visibleLine('a\nb')).toBe('a ⏎ b');
  });

  it('leaves nothing that steers a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being looked for
        expect(visibleText(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
