import { describe, expect, it } from 'vitest';
import { documentsOfFolder } from './analyse-folder.ts';
import { wrongOf } from './incident-truth.ts';
import { INCIDENT_NAMES, stageIncident, truthOf } from './stage-incident.ts';

/** Defines the tests of every incident of one half of them: a file of tests is run by one core. */
export function judgeIncidents(half: 'even' | 'odd'): void {
  const names = INCIDENT_NAMES.filter((_, index) => (index % 2 === 0) === (half === 'even'));
  describe('an incident is judged as what it was', () => {
    it.each(names)('%s', async (name) => {
      const truth = truthOf(name);
      const wrong = wrongOf(truth, await documentsOfFolder(stageIncident(name)));
      const known = Object.keys(truth.known ?? {});
      // What is known to be wrong stays in until it is right: then its mark goes.
      expect(wrong.filter(({ what }) => !known.includes(what)).map(({ what, found }) => `${what}: ${found}`)).toEqual(
        [],
      );
      expect(known.filter((each) => !wrong.some(({ what }) => what === each))).toEqual([]);
    });
  });
}
