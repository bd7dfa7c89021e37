import type { Analysis } from '../../shared/model/analysis.ts';
import type { CaseEvidence } from '../../shared/model/case.ts';
import { addSeconds } from '../../shared/model/time.ts';
import { EventArray } from './event-array.ts';
import { referenceAnalysis, referenceEvents, referenceEvidence } from './reference-case.ts';

/*
 * The reference case with words that documents break on: markup, words of 300 characters, characters that fonts lack,
 * controls that steer terminals, text that runs backwards, a message longer than a page.
 */

export const LONG_WORD = `L${'ongword'.repeat(42)}END`;
export const SCRIPT = '<script>alert("x")</script><img src=x onerror=alert(1)> & co';
export const FOREIGN = 'Ωmega Жук naïve 中文 \u{1f600} \u202eevil\u0007\u001b[31mred';
export const PAGES_LONG = `Traceback (most recent call last):\n${Array.from(
  { length: 400 },
  (_, index) => `  File "/srv/app/services/import_service.py", line ${index + 1}, in step_${index}`,
).join('\n')}\nMemoryError`;

/** The hostile case; `copies` repeats the worker's lines to make tables of any length. */
export function hostileCase(copies = 1): { readonly evidence: CaseEvidence; readonly analysis: Analysis } {
  const words = [SCRIPT, LONG_WORD, FOREIGN, PAGES_LONG];
  const base = referenceEvents();
  const extra = Array.from({ length: words.length * copies }, (_, index) => {
    const model = base[9];
    if (model === undefined) throw new Error('the reference case has ten events');
    const message = words[index % words.length] ?? '';
    return { ...model, message, time: addSeconds(model.time, (index + 1) * 0.01) };
  });
  const events = [...base.slice(0, 10), ...extra, ...base.slice(10)].map((event, row) => ({ ...event, row }));
  const evidence = referenceEvidence();
  const analysis = referenceAnalysis();
  const shift = extra.length;
  const rowOf = (row: number): number => (row < 10 ? row : row + shift);
  const incident = analysis.incident;
  if (incident === null) throw new Error('the reference case has an incident');
  return {
    evidence: {
      ...evidence,
      events: new EventArray(events),
      files: evidence.files.map((file, index) =>
        index === 5 ? { ...file, path: `${file.path}/${SCRIPT}/${LONG_WORD}/${FOREIGN}` } : file,
      ),
      problems: [{ path: LONG_WORD, kind: 'unreadable', message: `${SCRIPT} ${LONG_WORD} ${FOREIGN}` }],
    },
    analysis: {
      ...analysis,
      headline: `${SCRIPT} ${FOREIGN}`,
      summary: {
        ...analysis.summary,
        happened: LONG_WORD,
        cause: SCRIPT,
        impact: FOREIGN,
        caveats: [LONG_WORD, SCRIPT],
      },
      incident: {
        ...incident,
        operation: LONG_WORD,
        unit: SCRIPT,
        moments: incident.moments.map((moment) => ({
          ...moment,
          label: moment.id === 'end' ? SCRIPT : moment.label,
          row: moment.row === null ? null : rowOf(moment.row),
        })),
      },
      facts: analysis.facts.map((fact) => ({ ...fact, rows: fact.rows.map(rowOf) })),
      hypotheses: analysis.hypotheses.map((hypothesis) => ({
        ...hypothesis,
        reason: `${hypothesis.reason} ${LONG_WORD}`,
        missing: [{ what: `${FOREIGN} ${LONG_WORD}`, command: `echo ${LONG_WORD} ${SCRIPT} | grep '->' | grep '!='` }],
      })),
      recommendations: [
        {
          id: 'x',
          action: 'prevent',
          kind: null,
          apply: SCRIPT,
          wouldHavePrevented: null,
          text: `${SCRIPT} ${LONG_WORD}`,
          patch: `+${LONG_WORD}\n+    ${SCRIPT}`,
          because: [FOREIGN],
        },
      ],
    },
  };
}
