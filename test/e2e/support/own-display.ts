import { testDisplays } from './displays.ts';

/* Gives each of the processes that run tests at a time a display of its own. */
const displays = testDisplays();
if (displays.length > 0) {
  // From 1 on; a process that has ended leaves its number to another. https://vitest.dev/config/env
  const own = displays[Number(process.env.VITEST_POOL_ID) - 1];
  if (own === undefined) throw new Error('more tests run at a time than there are displays');
  process.env.DISPLAY = own;
}
