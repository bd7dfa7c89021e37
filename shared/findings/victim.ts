import type { FactContext } from '../context/context.ts';
import type { IncidentRecord } from '../timeline/incident-record.ts';

/** Programs whose processes are workers, by the name that the kernel prints. */
const SERVER_NAME = /^(?:gunicorn|uwsgi|uvicorn|celery|hypercorn|daphne|mod_wsgi|puma|unicorn|granian)/i;

/** Who was killed: a worker, the arbiter of workers, or a process of which nothing shows that it was either. */
export function victim(context: FactContext, record: IncidentRecord): 'worker' | 'arbiter' | 'other' {
  const { pid } = record.incident;
  if (pid === null) return 'worker';
  if (!isKnownWorker(context, record)) return 'other';
  // The kernel may pick the arbiter, whose workers then notice that their parent changed.
  const isArbiter = context.evidence.events.pidsWithKinds(['arbiter-start']).has(pid);
  return isArbiter && record.death?.life.boot == null ? 'arbiter' : 'worker';
}

/** The kernel names whatever it kills: gunicorn's word, work, or a command line shows that it was a worker. */
function isKnownWorker({ evidence }: FactContext, { death, operation }: IncidentRecord): boolean {
  if (death === null || operation !== null || death.mechanism !== 'kernel-oom') return true;
  if (death.life.boot !== null || death.life.about.some(({ kind }) => kind.startsWith('worker-'))) return true;
  const kernelName = death.killer?.detail.processName ?? death.end.detail.processName;
  if (kernelName === undefined || SERVER_NAME.test(kernelName)) return true;
  return evidence.processes.some(({ pid, command }) => pid === death.pid && /\bgunicorn\b/.test(command));
}
