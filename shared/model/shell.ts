import { addSeconds, type EpochMicros, formatIsoMicros } from './time.ts';

/** What evidence calls itself must not become a command: words for a POSIX shell, as they stand in commands and scripts. */

/** A word of a POSIX shell, quoted where its characters could mean anything to it. NUL, which no argument can hold, goes. */
export function shellWord(word: string): string {
  return /^[\w@%+:,./][\w@%+=:,./-]*$/.test(word) ? word : shellQuoted(word);
}

/** The same, quoted in any case. */
export function shellQuoted(word: string): string {
  return `'${word.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`;
}

/** A path that a command cannot take for an option. */
export function shellPath(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path);
}

/** `2026-01-28 04:10:22 UTC`, as journalctl's --since and --until take it. Source: systemd.time(7) */
function journalTime(time: EpochMicros): string {
  return `${formatIsoMicros(time).slice(0, 19).replace('T', ' ')} UTC`;
}

/** The window as journalctl takes it: whole seconds that hold all of it, with so many seconds of margin on both sides. */
export function journalWindow(
  window: { readonly from: EpochMicros; readonly to: EpochMicros },
  marginSeconds: number,
): { readonly since: string; readonly until: string } {
  return {
    since: journalTime(addSeconds(window.from, -marginSeconds)),
    // The end is cut to a whole second, which would leave out what came later within it.
    until: journalTime(addSeconds(window.to, marginSeconds + 1)),
  };
}
