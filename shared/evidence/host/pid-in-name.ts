/** The process that the name of a file ends in: `trace.610` of `strace -ff`, `faulthandler-610.log`; null for other names. */
export function pidInName(fileName: string): number | null {
  const digits = /[a-z][-_.]?(?:pid[-_.]?)?(\d{2,7})(?:\.[a-z]{2,5}){0,2}$/i.exec(fileName)?.[1];
  return digits === undefined ? null : Number(digits);
}
