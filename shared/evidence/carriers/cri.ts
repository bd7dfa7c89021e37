import { stampAt } from '../headers/loose-stamp.ts';
import { type Carrier, NOTHING_SAID } from './carrier.ts';

// 2026-01-28T04:11:54.570448123Z stderr F text          P: the line goes on in the next record
// Source: https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
const RECORD =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP](?::[\w:]{1,20})?)(?: |$)/;

/** A node's own files of containers (`/var/log/pods`, `/var/log/containers`), as the kubelet and CRI-O write them. */
export const cri: Carrier = {
  name: 'cri',
  sample: '2026-01-28T04:11:54.570448123Z stderr F [2026-01-28 04:11:54 +0000] [7] [INFO] Booting worker with pid: 8',
  isLoose: false,
  peel(text) {
    const match = RECORD.exec(text);
    if (match === null) return null;
    return {
      ...NOTHING_SAID,
      text: text.slice(match[0].length),
      stamp: stampAt(match[1] ?? '', 0)?.stamp ?? null,
      stream: match[2] === 'stdout' ? 'stdout' : 'stderr',
      isPart: match[3]?.startsWith('P') === true,
    };
  },
};
