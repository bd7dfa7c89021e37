import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { factContext } from '../../../shared/context/context.ts';
import { ALL_RULES } from '../../../shared/facts/facts.ts';
import { EVIDENCE_KINDS, type EvidenceKind } from '../../../shared/facts/rule.ts';
import { missingEvidence, tellsOf } from '../../../shared/hypotheses/missing.ts';
import { HYPOTHESIS_IDS } from '../../../shared/model/analysis.ts';
import type { CaseEvidence } from '../../../shared/model/case.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import { workerHistory, worstIncident } from '../../../shared/timeline/incidents.ts';
import { EventArray } from '../../support/event-array.ts';
import { referenceEvidence } from '../../support/reference-case.ts';
import { toolMissing } from '../../support/tools.ts';

/** Every command for the reference incident of which only the log was saved, told as `change` has it. */
function commands(change: (event: EvidenceEvent) => EvidenceEvent = (event) => event): readonly string[] {
  const reference = referenceEvidence();
  const { count } = reference.events;
  const events = reference.events.between(...spanOf(reference), count).map(change);
  const evidence: CaseEvidence = {
    ...reference,
    files: reference.files.filter(({ id }) => id === 'e2'),
    events: new EventArray(events),
    processes: [],
    vmstat: [],
    hostMemory: [],
    configs: [],
    databases: [],
    artifacts: [],
  };
  const history = workerHistory(evidence.events);
  const context = factContext(evidence, history, worstIncident(history.incidents));
  return HYPOTHESIS_IDS.flatMap((id) => missingEvidence(id, context, 'inconclusive').map(({ command }) => command));
}

function spanOf(evidence: CaseEvidence) {
  const span = evidence.events.span('e2');
  if (span === null) throw new Error('the reference case has a journal');
  return [span.from, span.to] as const;
}

describe('the commands for what is missing', () => {
  it('ask for the window of the incident, with a minute of margin, by what is known of the service', () => {
    const all = commands();
    expect(all).toContain(
      'journalctl _TRANSPORT=kernel -o short-iso-precise --since "2026-01-28 04:09:22 UTC" --until "2026-01-28 04:13:16 UTC" > kernel.txt',
    );
    expect(
      all.some((command) => command.startsWith('journalctl --identifier=gunicorn -o short-iso-precise --since')),
    ).toBe(true);
    expect(all.find((command) => command.includes(' sar '))).toContain(
      'sar -u -r -W -f /var/log/sysstat/sa28 -s 04:09:22 -e 04:13:16 > sar.txt',
    );
    expect(all).toContain('cp -p logs/7.0/vpn/14/test-results.xml evidence/');
    expect(commands((event) => ({ ...event, unit: 'api.service' })).join('\n')).toContain(
      'journalctl -u api.service -o short-iso-precise',
    );
  });

  it('name two days where the window goes over midnight', () => {
    const sar = commands((event) => ({
      ...event,
      time: (event.time - 4.1875 * 3_600e6) as EvidenceEvent['time'],
    })).find((command) => command.includes(' sar '));
    expect(sar).toContain('sa27 > sar.txt; ');
    expect(sar).toContain('sa28 >> sar.txt');
  });

  it.skipIf(toolMissing('sh', '-c'))('stay words of a shell whatever the evidence calls itself', () => {
    const hostile = `-x'; touch pwned; $(touch pwned) \`touch pwned\` "\n`;
    const told = commands((event) => ({
      ...event,
      unit: `${hostile}.service`,
      message: event.message.replace('logs/7.0/vpn/14/test-results.xml', "it's;touch$(pwned)/results.xml"),
    }));
    for (const command of told) {
      const parsed = spawnSync('sh', ['-n', '-c', command], { encoding: 'utf8' });
      expect(parsed.stderr, command).toBe('');
    }
    // Every command is a function here, so that running it shows its arguments and does nothing.
    const journal = told.filter((command) => command.startsWith('journalctl --unit')).at(0) ?? '';
    const shown = spawnSync('sh', ['-c', `journalctl() { printf '<%s>' "$@"; }\n${journal.replace(/ > \S+$/, '')}`], {
      encoding: 'utf8',
    });
    expect(shown.stdout).toContain(`<--unit=${hostile}.service>`);
    expect(shown.stderr).toBe('');
  });
});

describe('what is asked for', () => {
  const kinds = Object.keys(EVIDENCE_KINDS) as readonly EvidenceKind[];

  it.each([
    ['memory-exhaustion', 'kernel-log'],
    ['memory-exhaustion', 'process-memory'],
    ['memory-exhaustion', 'host-load'],
    ['worker-timeout', 'settings'],
    ['database-lock', 'database'],
    ['database-lock', 'locks'],
    ['database-lock', 'process-cpu'],
    ['infinite-loop', 'process-cpu'],
    ['infinite-loop', 'stack'],
    ['large-artifact', 'artifact'],
  ] as const)('about %s is %s, by what its rules need and weigh', (id, kind) => {
    expect(tellsOf(kind, id)).toBe(true);
  });

  it('is not what tells mostly of another', () => {
    expect(tellsOf('kernel-log', 'worker-timeout')).toBe(false);
    expect(tellsOf('settings', 'infinite-loop')).toBe(false);
    expect(tellsOf('artifact', 'memory-exhaustion')).toBe(false);
    expect(tellsOf('filesystems', 'database-lock')).toBe(false);
  });

  it('is of kinds that rules need, each of which is needed', () => {
    for (const kind of kinds)
      expect(
        ALL_RULES.filter(({ needs }) => needs.includes(kind)),
        kind,
      ).not.toEqual([]);
  });
});
