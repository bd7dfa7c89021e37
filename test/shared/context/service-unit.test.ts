import { describe, expect, it } from 'vitest';
import { effectiveConfig } from '../../../shared/context/effective-config.ts';
import { readSize, readTimeSpan, serviceUnit } from '../../../shared/context/service-unit.ts';
import type { CaseEvidence } from '../../../shared/model/case.ts';
import type { EvidenceFile } from '../../../shared/model/evidence.ts';
import { NO_HOST_RECORDS } from '../../../shared/model/host.ts';
import type { UnitFragment } from '../../../shared/model/unit.ts';
import { workerHistory } from '../../../shared/timeline/incidents.ts';
import { EventArray } from '../../support/event-array.ts';
import { bytesOf, fixture, parse } from '../evidence/support.ts';

const fileOf = (id: string, path: string): EvidenceFile => ({
  id,
  path,
  format: 'systemd-unit',
  bytes: 1,
  sha256: '',
  modified: null,
  containerId: null,
  records: 0,
  time: null,
  problems: [],
  problemCount: 0,
});

function fragments(evidenceId: string, bytes: Uint8Array): readonly UnitFragment[] {
  const { items } = parse('systemd-unit', bytes, { evidenceId });
  return items.flatMap((item) => (item.type === 'unit-fragment' ? [item.fragment] : []));
}

/** A case that holds nothing but these unit files. */
function caseOf(files: Readonly<Record<string, Uint8Array>>): CaseEvidence {
  const entries = Object.entries(files);
  return {
    files: entries.map(([path], index) => fileOf(`e${index + 1}`, path)),
    problems: [],
    events: new EventArray([]),
    processes: [],
    vmstat: [],
    hostMemory: [],
    configs: [],
    databases: [],
    artifacts: [],
    host: {
      ...NO_HOST_RECORDS,
      units: entries.flatMap(([, bytes], index) => fragments(`e${index + 1}`, bytes)),
    },
  };
}

/** Settings without an incident. */
const NOBODY = {
  ownEvents: new EventArray([]),
  record: null,
  history: workerHistory(new EventArray([])),
  window: null,
};

describe('serviceUnit', () => {
  it('reads the output of systemctl cat, in which the drop-in wins', () => {
    const evidence = caseOf({ 'system/cat.txt': fixture('systemd/tracker-cat.txt') });
    const unit = serviceUnit(evidence, null);
    expect(unit).toMatchObject({
      name: 'tracker.service',
      memoryMaxBytes: { value: 512 * 1024 ** 2, from: 'override.conf in cat.txt line 27', source: { line: 27 } },
      memoryHighBytes: { value: 400 * 1024 ** 2 },
      timeoutStopSeconds: { value: 90 },
      watchdogSeconds: { value: 20 },
      oomPolicy: { value: 'stop' },
    });
    expect(unit?.execStart?.value).toBe(
      '/srv/venv/bin/gunicorn --bind 127.0.0.1:$' +
        '{PORT} --workers 4 --worker-class gthread --timeout 90 app:application',
    );
    expect(effectiveConfig({ ...NOBODY, evidence, unit })).toMatchObject({
      timeoutSeconds: 90,
      timeoutSource: 'unit',
      timeoutFrom: '--timeout 90 in ExecStart of tracker.service in cat.txt line 11',
      workers: 4,
      workerClass: 'gthread',
      // ExecStart sets none: GUNICORN_CMD_ARGS comes next.
      maxRequests: 500,
    });
  });

  it('merges loose files by their names and gives the same', () => {
    const evidence = caseOf({
      'etc/tracker.service.d/override.conf': fixture('systemd/override-conf.txt'),
      'etc/tracker.service': fixture('systemd/tracker-service.txt'),
    });
    expect(serviceUnit(evidence, 'tracker.service')?.memoryMaxBytes?.value).toBe(512 * 1024 ** 2);
  });

  it('prefers the unit of the incident, then the one that runs gunicorn', () => {
    const other = bytesOf('[Service]\nExecStart=/usr/bin/postgres\nMemoryMax=1G\n');
    const evidence = caseOf({ 'etc/pg.service': other, 'etc/tracker.service': fixture('systemd/tracker-service.txt') });
    expect(serviceUnit(evidence, null)?.name).toBe('tracker.service');
    expect(serviceUnit(evidence, 'pg.service')?.name).toBe('pg.service');
  });

  it('an empty assignment takes back what stood before, and infinity is no limit', () => {
    const dropIn = bytesOf(
      '[Service]\nExecStart=\nExecStart=/srv/bin/gunicorn -t $LIMIT app\nEnvironment=LIMIT=75\nMemoryMax=infinity\n',
    );
    const evidence = caseOf({
      'etc/tracker.service': fixture('systemd/tracker-service.txt'),
      'etc/tracker.service.d/a.conf': dropIn,
    });
    const unit = serviceUnit(evidence, null);
    expect(unit?.memoryMaxBytes).toBeNull();
    expect(unit?.flags?.value.timeoutSeconds).toBe(75);
  });

  it('is null without unit files', () => {
    expect(serviceUnit(caseOf({}), null)).toBeNull();
  });
});

describe('the parser', () => {
  it('reports a value that the end of the file cuts, and what is no line of a unit', () => {
    const { items, problems } = parse('systemd-unit', bytesOf('[Service]\nnonsense\nExecStart=/bin/gunicorn \\\n'));
    expect(problems.map(({ kind }) => kind)).toEqual(['malformed-record', 'truncated']);
    expect(items.find((item) => item.type === 'unit-fragment')).toMatchObject({
      fragment: { assignments: [{ key: 'ExecStart', value: '/bin/gunicorn' }] },
    });
  });
});

it.each([
  ['420M', 420 * 1024 ** 2],
  ['1073741824', 1024 ** 3],
  ['50%', 500],
  ['infinity', null],
  ['', null],
  ['much', null],
])('reads the size %s', (text, bytes) => {
  expect(readSize(text, 1000)).toBe(bytes);
});

it.each([
  ['90', 90],
  ['1min 30s', 90],
  ['2h', 7200],
  ['500ms', 0.5],
  ['infinity', null],
  ['', null],
  ['5 lightyears', null],
])('reads the time span %s', (text, seconds) => {
  expect(readTimeSpan(text)).toBe(seconds);
});

describe('quotes in Environment=', () => {
  it.each([
    'Environment=GUNICORN_CMD_ARGS="--workers 2 --timeout 60"',
    'Environment="GUNICORN_CMD_ARGS=--workers 2 --timeout 60" DEBUG=0',
    "Environment=DEBUG=0 GUNICORN_CMD_ARGS='--workers 2 --timeout 60'",
  ])('%s', (line) => {
    const unit = serviceUnit(
      caseOf({
        'web.service': new TextEncoder().encode(`[Service]\n${line}\nExecStart=/usr/bin/gunicorn web:app\n`),
      }),
      null,
    );
    expect(unit?.environmentArguments?.value).toBe('--workers 2 --timeout 60');
  });
});
