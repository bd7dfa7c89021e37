/** Names the displays that tests may use, with blanks between. */
export const DISPLAYS = 'INQUEST_E2E_DISPLAYS';

/** The displays that were started for the tests; empty where they share the one of the environment, or need none. */
export function testDisplays(): readonly string[] {
  return (process.env[DISPLAYS] ?? '').split(' ').filter((name) => name !== '');
}
