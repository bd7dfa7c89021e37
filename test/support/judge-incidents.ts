import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inquest } from '../../electron/cli/inquest.ts';
import { tempFolder } from './bundles.ts';
import { type Outcome, wrongOf } from './incident-truth.ts';
import { INCIDENT_NAMES, stageIncident, truthOf } from './stage-incident.ts';

/** What the command line says of a folder, and the case that it writes. */
async function analyse(folder: string): Promise<Outcome> {
  const json = join(tempFolder('case-'), 'case.json');
  let text = '';
  const stream = {
    write: (content: string | Uint8Array): void => {
      text += typeof content === 'string' ? content : new TextDecoder().decode(content);
    },
  };
  expect(await inquest(['analyze', folder, '--json', json, '--full'], { stdout: stream, stderr: stream })).toBe(0);
  return { case: JSON.parse(readFileSync(json, 'utf8')), text };
}

/** Defines the tests of every incident of one half of them: a file of tests is run by one core. */
export function judgeIncidents(half: 'even' | 'odd'): void {
  const names = INCIDENT_NAMES.filter((_, index) => (index % 2 === 0) === (half === 'even'));
  describe('an incident is judged as what it was', () => {
    it.each(names)('%s', async (name) => {
      const truth = truthOf(name);
      const wrong = wrongOf(truth, await analyse(stageIncident(name)));
      const known = Object.keys(truth.known ?? {});
      // What is known to be wrong stays in until it is right: then its mark goes.
      expect(wrong.filter(({ what }) => !known.includes(what)).map(({ what, found }) => `${what}: ${found}`)).toEqual(
        [],
      );
      expect(known.filter((each) => !wrong.some(({ what }) => what === each))).toEqual([]);
    });
  });
}
