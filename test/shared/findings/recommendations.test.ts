import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FactContext, factContext } from '../../../shared/context/context.ts';
import { factsOf } from '../../../shared/facts/facts.ts';
import { recommend } from '../../../shared/findings/recommendations.ts';
import {
  ACTION_TYPES,
  HYPOTHESIS_IDS,
  type HypothesisId,
  type HypothesisResult,
  type Mechanism,
  type Recommendation,
  type Verdict,
} from '../../../shared/model/analysis.ts';
import type { CaseEvidence } from '../../../shared/model/case.ts';
import type { JobHistory } from '../../../shared/model/database.ts';
import { workerHistory, worstIncident } from '../../../shared/timeline/incidents.ts';
import { tempFolder, writeTree } from '../../support/bundles.ts';
import { referenceEvidence } from '../../support/reference-case.ts';
import { toolMissing } from '../../support/tools.ts';

const HISTORY: JobHistory = {
  table: 'import jobs',
  keyColumn: 'id',
  rows: 2,
  sizeColumn: 'total_tests',
  medianSize: 300,
  maxSize: 300,
  keys: [13, 12],
  recent: [
    {
      table: 'import jobs',
      key: '13',
      values: { id: 13, job_name: 'vpn-13', module_id: 2, total_tests: 300, passed: 290 },
    },
  ],
};

interface Told {
  readonly verdicts: Partial<Record<HypothesisId, Verdict>>;
  readonly mechanism?: Mechanism;
  readonly history?: JobHistory;
  readonly evidence?: Partial<CaseEvidence>;
  /** Whether the same job had ended a worker before. */
  readonly isRepeated?: boolean;
}

/** What is recommended for the reference case under the verdicts that a test gives it. */
function advised({
  verdicts,
  mechanism,
  history = HISTORY,
  evidence: changed = {},
  isRepeated = false,
}: Told): readonly Recommendation[] {
  const reference = referenceEvidence();
  const databases = reference.databases.map((database) => ({ ...database, jobHistory: history }));
  const evidence: CaseEvidence = { ...reference, databases, ...changed };
  const workers = workerHistory(evidence.events);
  const worst = worstIncident(workers.incidents);
  const record =
    worst === null || mechanism === undefined ? worst : { ...worst, incident: { ...worst.incident, mechanism } };
  const incidents = record === null || !isRepeated ? workers.incidents : [record, ...workers.incidents];
  const context: FactContext = factContext(evidence, { ...workers, incidents }, record);
  const hypotheses = HYPOTHESIS_IDS.map(
    (id): HypothesisResult => ({
      id,
      title: id,
      verdict: verdicts[id] ?? 'ruled-out',
      score: 0.5,
      reason: `Reason of ${id}.`,
      for: [],
      against: [],
      missing: [],
      counterfactual: [],
    }),
  );
  return recommend(context, factsOf(context), hypotheses);
}

const LARGE_AND_LATE: Told = { verdicts: { 'worker-timeout': 'fits', 'large-artifact': 'contributes' } };
const find = (list: readonly Recommendation[], id: string): Recommendation | undefined =>
  list.find((each) => each.id === id);
const idsOf = (told: Told): readonly string[] => advised(told).map(({ id }) => id);

describe('every recommendation', () => {
  it.each(HYPOTHESIS_IDS)('has a reason and says whether it is for now or to stay: %s', (id) => {
    for (const each of advised({ verdicts: { [id]: 'fits' } })) {
      expect(each.because.length, each.id).toBeGreaterThan(0);
      expect(ACTION_TYPES).toContain(each.action);
    }
  });

  it('is left out where nothing is decided, and where nothing happened', () => {
    const undecided = Object.fromEntries(HYPOTHESIS_IDS.map((id) => [id, 'inconclusive'] as const));
    expect(idsOf({ verdicts: undecided, mechanism: 'gunicorn-timeout' })).not.toContain('raise-timeout');
    expect(idsOf({ verdicts: undecided })).not.toContain('skip-job');
  });
});

describe('the patch of gunicorn.conf.py', () => {
  it('raises graceful_timeout with the timeout, since a reload would cut the import short', () => {
    const raise = find(advised(LARGE_AND_LATE), 'raise-timeout');
    expect(raise?.action).toBe('mitigate');
    expect(raise?.kind).toBe('diff');
    const [, timeout, graceful] =
      /\n\+timeout = (\d+)\n\+graceful_timeout = (\d+) {2}# replaces line 5 \(30\)$/.exec(raise?.patch ?? '') ?? [];
    expect(Number(timeout)).toBeGreaterThan(92.5);
    expect(graceful).toBe(timeout);
    expect(raise?.because.join('\n')).toContain('graceful_timeout is 30 s');
  });

  it('recycles no workers where memory is no cause, nor where one operation took it all', () => {
    expect(idsOf(LARGE_AND_LATE)).not.toContain('recycle-workers');
    expect(idsOf({ verdicts: { 'memory-exhaustion': 'fits' } })).not.toContain('recycle-workers');
  });

  it.skipIf(toolMissing('patch', '--version'))('is one that patch(1) applies, and the later assignment holds', () => {
    const raise = find(advised(LARGE_AND_LATE), 'raise-timeout');
    const conf = 'bind = "127.0.0.1:8000"\nworkers = 2\n\n\ngraceful_timeout = 30\n';
    const folder = writeTree(tempFolder(), { 'gunicorn.conf.py': conf, 'change.diff': `${raise?.patch}\n` });
    const ran = spawnSync('patch', ['-p1', '-i', 'change.diff'], { cwd: folder, encoding: 'utf8' });
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/reject|FAILED|garbage/);
    const lines = readFileSync(join(folder, 'gunicorn.conf.py'), 'utf8').trimEnd().split('\n');
    expect(lines.at(-2)).toMatch(/^timeout = \d+$/);
    expect(lines.at(-1)).toMatch(/^graceful_timeout = \d+ {2}# replaces line 5 \(30\)$/);
  });

  it('leaves the timeout alone where a lock was waited for', () => {
    expect(idsOf({ verdicts: { 'database-lock': 'fits', 'worker-timeout': 'contributes' } })).not.toContain(
      'raise-timeout',
    );
  });
});

describe('leaving the job out', () => {
  it('is for a job that would end its worker again, not for a lock, a kill by hand or a stop of the unit', () => {
    expect(idsOf({ ...LARGE_AND_LATE, isRepeated: true })).toContain('skip-job');
    expect(idsOf({ verdicts: { 'infinite-loop': 'fits' }, isRepeated: true })).toContain('skip-job');
    expect(idsOf({ verdicts: {}, mechanism: 'crash', isRepeated: true })).toContain('skip-job');
    // Once may be chance.
    expect(idsOf(LARGE_AND_LATE)).not.toContain('skip-job');
    for (const told of [
      { verdicts: { 'database-lock': 'fits', 'worker-timeout': 'contributes' } },
      { verdicts: {}, mechanism: 'external-sigkill' },
      { verdicts: {}, mechanism: 'systemd-stop' },
    ] as const) {
      expect(idsOf({ ...told, isRepeated: true })).not.toContain('skip-job');
    }
  });

  it('says nothing where no column tells what a job is at', () => {
    const known = { ...HISTORY, keys: [14, 13] };
    expect(idsOf({ ...LARGE_AND_LATE, history: known, isRepeated: true })).not.toContain('skip-job');
  });

  const SCHEMA = `CREATE TABLE "import jobs"(id INTEGER PRIMARY KEY, job_name TEXT NOT NULL, module_id INTEGER NOT NULL, total_tests INTEGER, passed INTEGER, "import ""status" TEXT);
INSERT INTO "import jobs" VALUES (13, 'vpn-13', 2, 300, 290, 'done'), (14, 'vpn-14', 2, NULL, NULL, 'running');`;
  const sqlite = (sql: string): string => {
    const folder = writeTree(tempFolder(), { 'run.sql': sql });
    const ran = spawnSync('sqlite3', ['-bail', ':memory:', `.read ${join(folder, 'run.sql')}`], { encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    return ran.stdout.trim();
  };

  it.skipIf(toolMissing('sqlite3', '--version'))('gives SQL that does it in the schema that was found', () => {
    const absent = find(advised({ ...LARGE_AND_LATE, isRepeated: true }), 'skip-job')?.patch ?? '';
    expect(
      sqlite(
        `${SCHEMA} DELETE FROM "import jobs" WHERE id = 14; ${absent}\nSELECT * FROM "import jobs" WHERE id = 14;`,
      ),
    ).toBe('14|14 (skipped by hand)|2|0|0|');
    const present: JobHistory = {
      ...HISTORY,
      keys: [14, 13],
      recent: [{ table: HISTORY.table, key: '13', values: { id: 13, import_status: 'done' } }],
    };
    const update = find(advised({ ...LARGE_AND_LATE, history: present, isRepeated: true }), 'skip-job')?.patch ?? '';
    const schema = SCHEMA.replace('"import ""status"', 'import_status');
    expect(sqlite(`${schema} ${update}\nSELECT id, import_status FROM "import jobs";`)).toBe('13|done\n14|skipped');
  });
});

describe('monitoring', () => {
  it('asks for what this incident lacked: progress in a silent step, memory where it is unknown', () => {
    const progress = find(advised(LARGE_AND_LATE), 'log-progress');
    expect(progress?.because[0]).toContain('Starting database insert');
    const unknown = { 'worker-timeout': 'fits', 'memory-exhaustion': 'inconclusive' } as const;
    const killed = { verdicts: unknown, mechanism: 'external-sigkill' } as const;
    expect(idsOf({ ...killed, evidence: { processes: [] } })).toContain('log-memory');
    // A timeout alone is no sign of memory.
    expect(idsOf({ verdicts: unknown, evidence: { processes: [] } })).not.toContain('log-memory');
    expect(idsOf({ verdicts: unknown })).not.toContain('log-memory');
    expect(idsOf(LARGE_AND_LATE)).not.toContain('log-memory');
  });

  it('asks for a warning of what came again, not of what happened once', () => {
    expect(idsOf(LARGE_AND_LATE)).not.toContain('alert');
  });
});
