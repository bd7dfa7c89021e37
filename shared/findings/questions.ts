import type { FactContext } from '../context/context.ts';
import { SETTING_COMMAND } from '../context/effective-config.ts';
import { reproductionOf } from '../context/reproduction.ts';
import { type FactId, isFactOf } from '../facts/fact-id.ts';
import { importWords, parseWords } from '../facts/reproduction-facts.ts';
import type { Fact, HypothesisResult, Question } from '../model/analysis.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds, formatDate, formatTimeOfDay } from '../model/time.ts';
import { fileLabel, formatBytes, formatCount, formatSeconds, listing, plural } from '../wording/figures.ts';

/** The questions that every such investigation must answer. `answer` is null where the evidence does not tell. */
export function answerQuestions(context: FactContext, facts: readonly Fact[]): readonly Question[] {
  const pick = (...ids: readonly FactId[]): readonly Fact[] => facts.filter((fact) => isFactOf(fact, ...ids));
  return [
    {
      id: 'artifact-size',
      question: 'How large is the artifact?',
      answer: artifactSize(context),
      facts: pick('artifact-large', 'artifact-small', 'artifact-outgrew-history', 'artifact-as-usual'),
    },
    {
      id: 'worker-timeout-setting',
      question: 'What is the worker timeout?',
      answer:
        context.config === null
          ? null
          : context.config.timeoutRefuted !== undefined
            ? `not known: ${context.config.timeoutRefuted}`
            : context.config.timeoutSeconds === null
              ? `set, but not readable without running it: ${context.config.timeoutFrom}. On the host: ${SETTING_COMMAND}`
              : context.config.timeoutSeconds === 0
                ? `switched off, from ${context.config.timeoutFrom}`
                : `${context.config.timeoutSeconds} s, from ${context.config.timeoutFrom}`,
      facts: pick(
        'timeout-setting',
        'timeout-not-in-force',
        'heartbeat-during-operation',
        'operation-outlived-timeout',
      ),
    },
    { id: 'wal-enabled', question: 'Is WAL on?', answer: walEnabled(context), facts: pick('journal-mode') },
    {
      id: 'oom-events',
      question: 'Were there OOM kills?',
      answer: oomEvents(context),
      facts: pick(
        'oom-kill-names-worker',
        'oom-kill-in-container',
        'platform-oom',
        'systemd-oom',
        'oomd-kill',
        'kernel-log-silent',
        'kernel-log-empty',
        'oom-kill-of-another',
      ),
    },
    {
      id: 'manual-parse-succeeds',
      question: 'Does the artifact parse when tried by hand?',
      answer: manualParse(context),
      facts: pick('artifact-parses', 'artifact-damaged', 'parse-not-the-cost', 'parse-repeated'),
    },
    {
      id: 'manual-import-succeeds',
      question: 'Does the import succeed when tried by hand?',
      answer: manualImport(context),
      facts: pick('import-repeated'),
    },
  ];
}

function artifactSize(context: FactContext): string | null {
  const figures = context.figures;
  if (figures === null) return null;
  const parts = [
    figures.bytes === null ? null : `${formatCount(figures.bytes)} bytes (${formatBytes(figures.bytes)})`,
    figures.testcases === null ? null : plural(figures.testcases, figures.from === 'artifact' ? 'test case' : 'record'),
  ].filter((part) => part !== null);
  return `${parts.join(', ')}${figures.from === 'log' ? ', as logged; the artifact is not in the evidence' : figures.saved !== null ? `, of ${figures.saved.path}` : figures.listed === null ? '' : `, by ${figures.listed.from} on the host; the artifact is not in the evidence`}`;
}

function walEnabled(context: FactContext): string | null {
  const report = context.database?.report;
  if (report === undefined) return null;
  if (report.journalMode !== 'wal') return `no, ${fileLabel(report.path)} uses a rollback journal`;
  const wal = report.wal;
  if (wal === null) return `yes (${fileLabel(report.path)}; no WAL file in the evidence)`;
  return `yes (${fileLabel(report.path)}; WAL of ${formatBytes(wal.bytes)} with ${plural(wal.validFrames, 'frame')}, ${formatCount(wal.uncommittedFrames)} after the last commit)`;
}

function oomEvents(context: FactContext): string | null {
  const kills = context.evidence.events.ofKinds(['oom-kill', 'systemd-oomd-kill', 'systemd-oom', 'platform-oom']);
  const { window } = context;
  const isOfIncident = ({ time }: EvidenceEvent): boolean =>
    window === null ||
    (time >= addSeconds(window.from, -SLACK_SECONDS) && time <= addSeconds(window.to, SLACK_SECONDS));
  // A kill of another day is another process's, whatever its pid is.
  const own = kills.filter(isOfIncident);
  const pids = [...new Set(own.map((event) => event.detail.targetPid).filter((pid) => pid !== undefined))];
  if (pids.length > 0) return `yes, of pid ${pids.join(', ')}`;
  if (own.length > 0) return 'yes';
  const other = kills[0];
  const elsewhere =
    other === undefined ? '' : `; one of another time, at ${formatDate(other.time)} ${formatTimeOfDay(other.time)} UTC`;
  const { state, files } = context.kernel;
  const names = listing(files.map(({ path }) => fileLabel(path)));
  if (state === 'covers')
    return `none logged in ${names}, which covers the ${context.record === null ? 'time' : 'incident'} and was read whole${elsewhere}`;
  if (state === 'empty-export') return `none logged: ${names} is an empty export ("-- No entries --")`;
  return other === undefined ? null : `none of this time${elsewhere}`;
}

function manualParse(context: FactContext): string | null {
  const report = context.artifact?.report;
  const repeated = reproductionOf(context)?.parses ?? [];
  const onHost = repeated.length === 0 ? '' : `; on the host, ${repeated.map(parseWords).join('; ')}`;
  if (report === undefined) {
    if (repeated.length === 0) return null;
    const failed = repeated.find(({ outcome }) => outcome.kind !== 'done');
    return `${failed === undefined ? 'yes' : 'no'}: ${repeated.map(parseWords).join('; ')}`;
  }
  if (report.damage !== null) return `no: ${report.damage.message}, line ${formatCount(report.damage.line)}${onHost}`;
  return `yes: ${plural(report.testcases, 'test case')} in ${formatSeconds(report.stream.seconds)}, peak RSS +${formatBytes(report.stream.peakRssBytes)}${onHost}`;
}

function manualImport(context: FactContext): string | null {
  const trial = reproductionOf(context)?.import ?? null;
  if (trial === null) return null;
  return `${trial.outcome.kind === 'done' ? 'yes' : 'no'}: ${importWords(trial)}`;
}

/** Between a kill and the end that others log of it. */
const SLACK_SECONDS = 60;

/** What a hypothesis came to, for rules that build on it. */
export function verdictOf(
  hypotheses: readonly HypothesisResult[],
  id: HypothesisResult['id'],
): HypothesisResult | null {
  return hypotheses.find((hypothesis) => hypothesis.id === id) ?? null;
}
