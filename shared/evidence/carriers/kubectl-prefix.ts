import { type Carrier, NOTHING_SAID } from './carrier.ts';

// [pod/web-5f7c-x2x9/web] text
const PREFIX = /^\[(?:pod|deployment|job|daemonset|statefulset|replicaset)\/([\w.-]{1,253}\/[\w.-]{1,63})\](?: |$)/;

/** `kubectl logs --prefix`. */
export const kubectlPrefix: Carrier = {
  name: 'kubectl-prefix',
  sample: '[pod/web-5f7c-x2x9/web] [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: false,
  peel(text) {
    const match = text.startsWith('[') ? PREFIX.exec(text) : null;
    return match === null ? null : { ...NOTHING_SAID, text: text.slice(match[0].length), who: match[1] ?? null };
  },
};
