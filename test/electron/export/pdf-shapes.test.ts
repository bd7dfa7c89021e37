import { expect, it } from 'vitest';
import { fontBytes, fontPaths } from '../../../electron/export/fonts.ts';
import { fontkitOfPdfmake, rememberShapes } from '../../../electron/export/pdf-shapes.ts';

const TEXTS = ['Worker 23333', 'a != b -> c', 'AVAToVa. To,', 'Grüße', '', ' ', 'fi ffl'];
/** As pdfkit scales what it is given. */
const scale = ({ positions }: { readonly positions: readonly object[] }): void => {
  for (const position of positions) {
    for (const [name, value] of Object.entries(position)) Object.assign(position, { [name]: value * 0.5 });
  }
};

it('fonts give what they shape anew, however often they are asked and whatever is done to it', () => {
  for (const { normal } of Object.values(fontPaths())) {
    rememberShapes(() => fontBytes(normal));
    const font = fontkitOfPdfmake().create(fontBytes(normal));
    for (const features of [{ calt: false }, { calt: false, kern: false }]) {
      for (const text of TEXTS) {
        // With a script that is to be guessed as usual, nothing is remembered.
        const plain = font.layout(text, features, undefined);
        for (let time = 0; time < 3; time += 1) {
          const run = font.layout(text, features);
          expect(run.positions).toEqual(plain.positions);
          expect(run.glyphs.map(({ id }) => id)).toEqual(plain.glyphs.map(({ id }) => id));
          expect(run.advanceWidth).toBe(plain.advanceWidth);
          scale(run);
        }
      }
    }
  }
});
