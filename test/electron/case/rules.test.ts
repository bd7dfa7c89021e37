import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { openCase } from '../../../electron/case/open-case.ts';
import { readNotesFile } from '../../../electron/case/read-notes.ts';
import { readRuleFiles } from '../../../electron/case/read-rule-files.ts';
import { toCaseJson } from '../../../electron/export/case-json.ts';
import { timelineEvents } from '../../../electron/export/timeline-events.ts';
import { UsageError } from '../../../electron/threads/usage-error.ts';
import { caseJsonSchema } from '../../../shared/contract/case-json.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { isoPreciseLine, timeoutJournal } from '../../support/journal-lines.ts';

const RULES = `title: An import begins
name: begins
tags: [import]
detection: {a: {message|contains: started importing}, condition: a}
---
title: Given up
name: given-up
detection: {a: {kind: worker-timeout}, condition: a}
---
title: Import given up
name: import-given-up
tags: [sequence]
correlation: {type: temporal_ordered, rules: [begins, given-up], group-by: [subject], timespan: 5m}
fact:
  text: The import was given up.
  basis: the runbook
  weights: {database-lock: 1.5}
---
title: Never matches
name: elsewhere
detection: {a: {message|contains: long ago}, condition: a}
fact: {text: It was long ago., basis: nothing, weights: {database-lock: 3}}
`;
/** The second of these never comes to an end on the line of a's. */
const RUNAWAY = `title: Runaway
detection: {a: {message|re: '^(a+)+$'}, condition: a}
`;

describe('rules of the user', () => {
  it('tag events and add facts in the window; one that runs away or cannot be read is told and left out', async () => {
    const folder = tempFolder();
    const long = isoPreciseLine(2_000_000, 'app', 7, `${'a'.repeat(60)}!`);
    const old = isoPreciseLine(0, 'app', 7, 'long ago');
    writeTree(folder, { 'unit.txt': `${old}\n${long}\n${timeoutJournal()}` });
    const opened = await openCase({
      paths: [folder],
      clockOffsets: [{ path: 'unit.txt', micros: 5_000_000 }],
      rules: [
        { name: 'runaway.yaml', text: RUNAWAY },
        { name: 'mine.yaml', text: `${RULES}---\ntitle: broken\n` },
      ],
    });
    try {
      const problems = opened.evidence.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
      expect(problems).toMatch(/runaway\.yaml: Line 1: a regular expression .* did not come to an end/);
      expect(problems).toMatch(/mine\.yaml: Line \d+, column 1: a rule needs a detection/);

      const { events } = timelineEvents(opened);
      const json = caseJsonSchema.parse(toCaseJson(opened.evidence, opened.analysis, events));
      const tagged = json.timeline.flatMap(({ message, tags }) => (tags === undefined ? [] : [[message, tags]]));
      expect(tagged).toEqual([
        [expect.stringContaining('long ago'), ['elsewhere']],
        [expect.stringContaining('Started importing'), ['import', 'sequence']],
        [expect.stringContaining('WORKER TIMEOUT'), ['given-up', 'sequence']],
      ]);

      const lock = opened.analysis.hypotheses.find(({ id }) => id === 'database-lock');
      const fact = lock?.for.find(({ fact: { id } }) => id === 'rule:import-given-up');
      expect(fact).toMatchObject({ weight: 1.5 });
      expect(fact?.fact.text).toBe('The import was given up. (2 events)');
      expect(fact?.fact.basis).toContain('mine.yaml line 10');
      expect(fact?.fact.sources).toHaveLength(2);
      // What lies before the incident says nothing about it.
      expect(opened.analysis.facts.map(({ id }) => id)).not.toContain('rule:elsewhere');
      // A rule alone decides nothing.
      expect(lock?.verdict).toBe('inconclusive');

      const other = await opened.withClockOffsets(new Map());
      const moved = other.evidence.rules?.rules.find(({ id }) => id === 'import-given-up')?.hits;
      expect(moved?.map(({ row }) => other.store.event(row).kind)).toEqual(['log', 'worker-timeout']);
      await other.retire();
    } finally {
      await opened.dispose();
    }
  }, 60_000);

  it('are read from files of text, of a size that a person writes', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'large.yaml'), '#'.repeat(1024 * 1024 + 1));
    writeFileSync(join(folder, 'binary.yaml'), Buffer.from([0xff, 0xfe, 0x00]));
    writeFileSync(join(folder, 'good.yaml'), RULES);
    expect(await readRuleFiles([join(folder, 'good.yaml')])).toEqual([{ name: 'good.yaml', text: RULES }]);
    for (const name of ['large.yaml', 'binary.yaml', 'folder', 'none.yaml']) {
      await expect(readRuleFiles([join(folder, name)]), name).rejects.toThrow(UsageError);
    }
  });

  it('are refused before the evidence is read where a file is beyond a limit', async () => {
    const deep = { name: 'deep.yaml', text: '['.repeat(500_000) };
    const stages: string[] = [];
    const opening = openCase({
      paths: [tempFolder()],
      rules: [deep],
      onProgress: ({ stage }) => stages.push(stage),
    });
    await expect(opening).rejects.toThrow(
      new UsageError('deep.yaml: A rule file may have at most 64 collections within each other.'),
    );
    expect(stages).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')(
    'and notes are refused where the path is that of a pipe or a device',
    async () => {
      const pipe = join(tempFolder(), 'pipe');
      execFileSync('mkfifo', [pipe]);
      for (const path of [pipe, '/dev/zero']) {
        await expect(readRuleFiles([path])).rejects.toThrow(/it is not a regular file/);
        await expect(readNotesFile(path)).rejects.toThrow(/it is not a regular file/);
      }
    },
  );
});
