import { beforeAll, describe, expect, it } from 'vitest';
import type { Analysis } from '../../shared/model/analysis.ts';
import { analyseFiles, verdictsOf } from '../scenarios/scenario.ts';
import { unpackTarGz } from '../support/unpack.ts';

const SAMPLE = new URL('../../samples/incident-2026-01-28.tar.gz', import.meta.url);

/** What is renamed; every rule that recognised the sample instead of its meaning would show here. */
const RENAMES: readonly (readonly [RegExp, string])[] = [
  [/2026-01-28/g, '2025-07-03'],
  [/\b23333\b/g, '9917'],
  [/\b23334\b/g, '9918'],
  [/\b25321\b/g, '8800'],
  [/\b23535\b/g, '9970'],
  [/ vm gunicorn\[/g, ' build-box-7 reports-web['],
  [/app\.services\.import_service/g, 'ingestd.pipeline.tasks'],
  [/Started importing VPN job 14/g, 'Beginning ingest of storage build 14'],
  [/Parsing XML: /g, 'Reading report '],
  [/Parsed (\d+) test results in/g, 'Read $1 results in'],
  [/Starting database insert \(batch size: (\d+)\)/g, 'Saving $1 rows to the database'],
  [/logs\/7\.0\/vpn\/14/g, 'in/9.2/storage/14'],
  [/regression-tracker/g, 'reports-web'],
];

function rename(text: string): string {
  return RENAMES.reduce((renamed, [pattern, replacement]) => renamed.replace(pattern, replacement), text);
}

describe('the sample told with other names', () => {
  let original: Analysis;
  let moved: Analysis;

  beforeAll(async () => {
    const files = await unpackTarGz(SAMPLE);
    const originals = new Map<string, string | Uint8Array>();
    const renamed = new Map<string, string | Uint8Array>();
    for (const [path, bytes] of files) {
      originals.set(path, bytes);
      const isText = /\.(?:txt|py)$/.test(path);
      renamed.set(
        rename(path).replace('regression_tracker', 'reports'),
        isText ? rename(bytes.toString('utf8')) : bytes,
      );
    }
    original = await analyseFiles(originals);
    moved = await analyseFiles(renamed);
  }, 120_000);

  it('gives the same verdicts, mechanism and durations', () => {
    expect(verdictsOf(original)).toMatchObject({
      'worker-timeout': 'fits',
      'large-artifact': 'contributes',
      'database-lock': 'ruled-out',
    });
    expect(verdictsOf(moved)).toEqual(verdictsOf(original));
    expect(moved.incident?.mechanism).toBe('gunicorn-timeout');
    expect(moved.incident?.phases.map(({ name, seconds }) => [name, seconds])).toEqual(
      original.incident?.phases.map(({ name, seconds }) => [name, seconds]),
    );
    expect(moved.facts.map(({ id, weights }) => ({ id, weights }))).toEqual(
      original.facts.map(({ id, weights }) => ({ id, weights })),
    );
  });

  it('and moves what is particular with it: pid, date and operation', () => {
    expect(original.incident?.pid).toBe(23333);
    expect(original.incident?.operation).toBe('VPN job 14');
    expect(moved.incident?.pid).toBe(9917);
    expect(moved.incident?.operation).toBe('storage build 14');
    const days = (Date.UTC(2026, 0, 28) - Date.UTC(2025, 6, 3)) / 86_400_000;
    expect((original.incident?.start ?? 0) - (moved.incident?.start ?? 0)).toBe(days * 86_400 * 1e6);
    expect(JSON.stringify(moved)).not.toContain('23333');
    expect(JSON.stringify(moved)).not.toContain('2026-01-28');
  });

  it('measures the phases to the microsecond that the stamps carry', () => {
    const seconds = new Map(original.incident?.phases.map((phase) => [phase.name, phase.seconds]));
    expect(seconds.get('import-to-timeout')).toBe(92.499938);
    expect(seconds.get('timeout-to-kill')).toBe(20.659131);
    const heartbeat = original.incident?.moments.find(({ id }) => id === 'last-heartbeat');
    expect(heartbeat?.time).toBe((original.incident?.moments.find(({ id }) => id === 'timeout')?.time ?? 0) - 30e6);
  });
});
