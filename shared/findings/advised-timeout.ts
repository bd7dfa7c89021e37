/** A worker timeout beyond ten minutes no longer protects anything. */
export const LONGEST_SENSIBLE_TIMEOUT_SECONDS = 600;
/** Half as much again as was needed: the next report is larger, the next host slower. */
const HEADROOM = 1.5;
const STEP_SECONDS = 30;

/** The timeout to advise for an operation that needs so many seconds, and whether it covers them. */
export function advisedTimeout(neededSeconds: number): { readonly seconds: number; readonly covers: boolean } {
  const wanted = Math.ceil((neededSeconds * HEADROOM) / STEP_SECONDS) * STEP_SECONDS;
  const covers = wanted <= LONGEST_SENSIBLE_TIMEOUT_SECONDS;
  return { seconds: covers ? wanted : LONGEST_SENSIBLE_TIMEOUT_SECONDS, covers };
}
