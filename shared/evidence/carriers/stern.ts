import { type Carrier, NOTHING_SAID } from './carrier.ts';

// web-5f7c9d8b6-x2x9z web text          pods of deployments end with two hashes, those of stateful sets with a number
// default web-5f7c9d8b6-x2x9z web text          stern --all-namespaces
const PREFIX =
  /^(?:([a-z0-9][a-z0-9-]{0,62}) +)?([a-z0-9][a-z0-9.-]{1,200}-[a-z0-9]{1,10}) ([a-z0-9][a-z0-9-]{0,62})(?: |$)/;

/** stern, which prints the pod and the container in front of each line. */
export const stern: Carrier = {
  name: 'stern',
  sample: 'web-5f7c9d8b6-x2x9z web [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  // Two or three words.
  isLoose: true,
  peel(text) {
    const match = PREFIX.exec(text);
    if (match === null) return null;
    return { ...NOTHING_SAID, text: text.slice(match[0].length), who: `${match[2]}/${match[3]}` };
  },
};
