/** A worker timeout beyond ten minutes no longer protects anything. */
export const LONGEST_SENSIBLE_TIMEOUT_SECONDS = 600;
/** Beyond an hour not even until the cause is dealt with. */
export const LONGEST_ADVISED_SECONDS = 3_600;
/** Half as much again as was needed: the next report is larger, the next host slower. */
const HEADROOM = 1.5;
const STEP_SECONDS = 30;

/** The timeout to advise for an operation that needs so many seconds, and whether it covers them. */
export function advisedTimeout(
  neededSeconds: number,
  longestSeconds = LONGEST_SENSIBLE_TIMEOUT_SECONDS,
): { readonly seconds: number; readonly covers: boolean } {
  const wanted = Math.ceil((neededSeconds * HEADROOM) / STEP_SECONDS) * STEP_SECONDS;
  const covers = wanted <= longestSeconds;
  return { seconds: covers ? wanted : longestSeconds, covers };
}
