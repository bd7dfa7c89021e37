/*
 * Layouts are made without a browser or font at hand, so text is measured by classes of letters of the sans serif in use
 * (Inter). The widths are those of its widest members, so that an estimate errs towards more room.
 */

const NARROW = /[ijlI.,:;'|!()[\]/\\ ]/;
const MEDIUM_NARROW = /[frt"\-*]/;
const WIDE = /[mwMW@%—…→]/;
const CAPITAL_OR_DIGIT = /[A-Z0-9+=<>#&$_~]/;

/** Width that a text takes at most, as a rule, in the unit of `size`. */
export function estimateTextWidth(text: string, size: number, weight: 'normal' | 'bold' = 'normal'): number {
  let ems = 0;
  for (const letter of text) {
    if (NARROW.test(letter)) ems += 0.31;
    else if (MEDIUM_NARROW.test(letter)) ems += 0.44;
    else if (WIDE.test(letter)) ems += 0.94;
    else if (CAPITAL_OR_DIGIT.test(letter)) ems += 0.69;
    else if (letter.charCodeAt(0) < 0x250) ems += 0.6;
    else ems += 1;
  }
  return ems * size * (weight === 'bold' ? 1.05 : 1);
}
