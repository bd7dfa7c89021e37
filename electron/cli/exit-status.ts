/** The statuses with which the command line ends; 0 is success. */
export const EXIT_INTERNAL = 1;
export const EXIT_USAGE = 2;
export const EXIT_NOTHING_RECOGNISED = 3;
/** 128 + SIGINT, as shells report an interrupted command. */
export const EXIT_INTERRUPTED = 130;

/** Whether a status is that of a command that a signal has ended. */
export function isInterrupted(status: number): boolean {
  return status > 128;
}
