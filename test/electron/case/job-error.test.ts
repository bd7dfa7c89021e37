import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toJobError } from '../../../electron/case/job-error.ts';
import { NothingRecognised } from '../../../electron/case/open-case.ts';
import { JobFailure, jobErrorOf } from '../../../electron/threads/run-job.ts';
import { UsageError } from '../../../electron/threads/usage-error.ts';
import { NoSuchIncident } from '../../../shared/timeline/choose-incident.ts';
import { tempFolder } from '../../support/bundles.ts';

describe('toJobError', () => {
  it('keeps what a job reported, and what a person can act on, as it is', () => {
    const reported = { kind: 'usage', message: 'no such file: /x' } as const;
    expect(toJobError(new JobFailure(reported))).toEqual(reported);
    expect(toJobError(new UsageError('No case is open.'))).toEqual({ kind: 'usage', message: 'No case is open.' });
    expect(toJobError(new NoSuchIncident('There is none.'))).toEqual({ kind: 'usage', message: 'There is none.' });
    expect(toJobError(new NothingRecognised({ files: [], problems: [] }))).toMatchObject({ kind: 'usage' });
  });

  it('tells what the file system said in words', async () => {
    const folder = tempFolder();
    const missing = await readFile(join(folder, 'missing')).catch(toJobError);
    expect(missing).toEqual({
      kind: 'usage',
      message: `${join(folder, 'missing')}: there is no such file or folder (ENOENT)`,
    });
    expect(await writeFile(folder, 'x').catch(toJobError)).toEqual({
      kind: 'usage',
      message: `${folder}: it is a folder (EISDIR)`,
    });
  });

  it('tells a limit of the system as one, from a thread too', () => {
    for (const [code, words] of [
      ['EMFILE', 'too many files are open'],
      ['EFBIG', 'the file would be larger'],
      ['ENOSPC', 'no space left'],
    ] as const) {
      const error = Object.assign(new Error(`${code}: write`), { code, path: '/tmp/x' });
      for (const told of [toJobError(error), jobErrorOf(error)]) {
        expect(told).toEqual({ kind: 'usage', message: expect.stringContaining(`/tmp/x: ${words}`) });
      }
    }
  });

  it('takes anything else for a defect', () => {
    expect(toJobError(new TypeError('x is not a function'))).toEqual({
      kind: 'internal',
      message: 'x is not a function',
    });
    expect(toJobError('thrown text')).toEqual({ kind: 'internal', message: 'thrown text' });
    expect(toJobError(Object.assign(new Error('odd'), { code: 'EODD' }))).toEqual({ kind: 'internal', message: 'odd' });
  });
});
