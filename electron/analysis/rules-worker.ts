import { parentPort, workerData } from 'node:worker_threads';
import type { RulesWorkerData, RulesWorkerMessage } from '../../shared/contract/worker-protocol.ts';
import { SEVERITIES } from '../../shared/model/event.ts';
import { type AppliedRule, RULE_LIMITS, type RuleHead } from '../../shared/model/rules.ts';
import { RuleRun } from '../../shared/rules/apply-rules.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import { joinRules, readRuleFile } from '../../shared/rules/rule-file.ts';
import { EventStore } from '../events/event-store.ts';
import { jobErrorOf } from '../threads/run-job.ts';

/** Entry of the rules worker: RulesWorkerData in its `workerData`, RulesWorkerMessages out, then it ends. */
const { files, apply }: RulesWorkerData = workerData;
const post = (message: RulesWorkerMessage): void => parentPort?.postMessage(message);

function read(): ReturnType<typeof joinRules> {
  return joinRules(
    files.map(({ name, text }) => {
      post({ type: 'reading', file: name });
      return readRuleFile(text, name);
    }),
  );
}

/** What of a rule can be handed from thread to thread: how it looks at events cannot. */
function headOf({ id, title, file, line, tags, fact }: Rule): RuleHead {
  return { id, title, file, line, tags, fact };
}

function applied(
  all: readonly Rule[],
  { source, omitted, watch }: NonNullable<RulesWorkerData['apply']>,
): readonly AppliedRule[] {
  const places = new Map(all.map((rule, place) => [rule.id, place + 1]));
  const rules = all.filter(({ id }) => !omitted.includes(id));
  const run = new RuleRun(rules, (rule) => {
    if (rule !== null) Atomics.add(watch, 1, 1);
    Atomics.store(watch, 0, rule === null ? 0 : (places.get(rule.id) ?? 0));
  });
  const paths = new Map(source.files.map(({ id, path }) => [id, path]));
  const store = new EventStore(source);
  try {
    for (let row = 0; row < store.count; row += 1) {
      const event = store.event(row);
      const { time, message, pid, detail, unit, identifier, severity, kind, host } = event;
      run.take({
        row,
        time,
        message: message.slice(0, RULE_LIMITS.messageCharacters),
        pid,
        subject: detail.targetPid ?? pid,
        unit: unit ?? detail.unit ?? null,
        identifier,
        severity: severity === null ? null : SEVERITIES.indexOf(severity),
        kind,
        source: paths.get(event.source.evidenceId) ?? '',
        host,
      });
    }
    return run.result();
  } finally {
    store.close();
  }
}

try {
  const { rules, problems } = read();
  post({ type: 'read', read: { rules: rules.map(headOf), problems } });
  post({ type: 'done', rules: apply === null ? [] : applied(rules, apply) });
} catch (thrown) {
  post({ type: 'failed', error: jobErrorOf(thrown) });
}
