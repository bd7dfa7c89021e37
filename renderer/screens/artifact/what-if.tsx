import { CircleCheck, CircleHelp, CircleX, RotateCcw } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { layoutWhatIf } from '../../../shared/figures/what-if-figure.ts';
import { advisedTimeout, LONGEST_SENSIBLE_TIMEOUT_SECONDS } from '../../../shared/findings/advised-timeout.ts';
import { timeoutPatch } from '../../../shared/findings/timeout-patch.ts';
import { asItWas, whatIf } from '../../../shared/findings/what-if.ts';
import {
  OUTCOME_WORDS,
  outcomeSentence,
  timeoutReasons,
  whatIfReasons,
} from '../../../shared/findings/what-if-words.ts';
import type { ImportCourse } from '../../../shared/model/import-course.ts';
import { SERVICE_PARSERS, type ServiceParser, type WhatIf, type WhatIfChoice } from '../../../shared/model/what-if.ts';
import buttonStyles from '../../components/button.module.css';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import { CodeBlock } from '../../components/copy.tsx';
import { FittedScene } from '../../components/fitted-scene.tsx';
import pageStyles from '../../components/page.module.css';
import { RangeField } from '../../components/range-field.tsx';
import { formatBytes, formatCount, formatDuration } from '../../format.ts';
import styles from './what-if.module.css';

const OUTCOME_CLASSES: Readonly<Record<WhatIf['outcome']['kind'], string | undefined>> = {
  finishes: styles.outcomeFinishes,
  'timed-out': styles.outcomeTimedOut,
  'out-of-memory': styles.outcomeOutOfMemory,
  'lock-refused': styles.outcomeFinishes,
  unknown: undefined,
};

const MB = 1_000_000;
const FIGURE_HEIGHT_PX = 250;
const LEAST_LIMIT_MB = 16;

/** What another timeout, memory limit, parser or batch would have made of the import, and the patch that follows. */
export function WhatIfSection({ course }: { readonly course: ImportCourse }) {
  const was = useMemo(() => asItWas(course), [course]);
  const [choice, setChoice] = useState<WhatIfChoice>(was);
  const result = useMemo(() => whatIf(course, choice), [course, choice]);
  const change = (part: Partial<WhatIfChoice>): void => setChoice((before) => ({ ...before, ...part }));
  const layout = useCallback(
    (width: number) => layoutWhatIf(course, choice, result, { width, height: FIGURE_HEIGHT_PX }),
    [course, choice, result],
  );
  return (
    <section className={pageStyles.block} aria-labelledby="what-if-title">
      <h3 id="what-if-title" className={pageStyles.blockHeading}>
        What if
        <Button size="small" disabled={sameChoice(choice, was)} onClick={() => setChoice(was)}>
          <RotateCcw size={12} aria-hidden="true" /> As it was
        </Button>
      </h3>
      <div className={styles.whatIf}>
        <fieldset className={styles.whatIfFields} aria-label="What would have been otherwise">
          <Fields course={course} choice={choice} was={was} onChange={change} />
        </fieldset>
        <div className={styles.whatIfAnswer}>
          <Outcome course={course} choice={choice} result={result} />
          <FittedScene layout={layout} height={FIGURE_HEIGHT_PX} />
          <ul className={pageStyles.because}>
            {whatIfReasons(course, choice, result).map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      </div>
      <Patch course={course} choice={choice} result={result} onChange={change} />
    </section>
  );
}

function sameChoice(a: WhatIfChoice, b: WhatIfChoice): boolean {
  return (
    a.timeoutSeconds === b.timeoutSeconds &&
    a.memoryLimitBytes === b.memoryLimitBytes &&
    a.parser === b.parser &&
    a.batchRows === b.batchRows &&
    a.lockWaitSeconds === b.lockWaitSeconds
  );
}

const PARSER_WORDS: Readonly<Record<ServiceParser, { readonly name: string; readonly detail: string }>> = {
  iterparse: { name: 'Streaming', detail: 'iterparse with clear()' },
  'element-tree': { name: 'ElementTree', detail: 'the whole document as a tree' },
  lxml: { name: 'lxml', detail: 'the whole document as a tree' },
};

function Fields(props: {
  readonly course: ImportCourse;
  readonly choice: WhatIfChoice;
  readonly was: WhatIfChoice;
  readonly onChange: (part: Partial<WhatIfChoice>) => void;
}) {
  const { course, choice, was, onChange } = props;
  const needed = course.neededSeconds ?? course.elapsedSeconds;
  const longest = Math.ceil(Math.max(LONGEST_SENSIBLE_TIMEOUT_SECONDS, needed * 1.25, was.timeoutSeconds) / 60) * 60;
  const highest = Math.ceil(Math.max(4_096 * MB, course.memoryLimit?.bytes ?? 0) / MB);
  const limit = choice.memoryLimitBytes;
  const rows = course.insert?.rows ?? null;
  return (
    <>
      <RangeField
        label="Worker timeout"
        unit="s"
        min={0}
        max={longest}
        step={1}
        value={choice.timeoutSeconds}
        {...(choice.timeoutSeconds === 0 ? { valueText: 'off' } : {})}
        hint={`it was ${was.timeoutSeconds === 0 ? 'off' : `${was.timeoutSeconds} s`}`}
        onChange={(timeoutSeconds) => onChange({ timeoutSeconds })}
      />
      <RangeField
        label="Memory limit"
        unit="MB"
        min={LEAST_LIMIT_MB}
        max={highest}
        step={1}
        scale="logarithmic"
        value={(limit ?? highest * MB) / MB}
        valueText={formatBytes(limit ?? highest * MB)}
        hint={
          course.memoryLimit === null
            ? 'what it was is not known'
            : `it was ${formatBytes(course.memoryLimit.bytes)}, ${course.memoryLimit.from}`
        }
        onChange={(megabytes) => onChange({ memoryLimitBytes: Math.round(megabytes * MB) })}
      />
      <div role="radiogroup" aria-label="How the service parses" className={styles.parserChoice}>
        <span className={styles.parserLabel}>Parser</span>
        {SERVICE_PARSERS.map((parser) => (
          <label key={parser} className={styles.parserOption}>
            <input
              type="radio"
              name="what-if-parser"
              checked={choice.parser === parser}
              onChange={() => onChange({ parser })}
            />
            <span>
              {PARSER_WORDS[parser].name}
              <span className="secondary">
                {' '}
                {PARSER_WORDS[parser].detail}
                {parser === was.parser ? '; as its memory suggests' : ''}
              </span>
            </span>
          </label>
        ))}
      </div>
      {was.batchRows === null || rows === null || rows < 2 ? null : (
        <RangeField
          label="Rows in a transaction"
          unit="rows"
          min={1}
          max={rows}
          step={1}
          scale="logarithmic"
          value={choice.batchRows ?? rows}
          hint={`it was ${formatCount(was.batchRows)}, by the log`}
          onChange={(batchRows) => onChange({ batchRows })}
        />
      )}
      {course.lockedFromSecond === undefined ? null : (
        <RangeField
          label="Wait for a lock"
          unit="s"
          min={1}
          max={Math.max(2, Math.ceil(course.elapsedSeconds - course.lockedFromSecond))}
          step={1}
          value={choice.lockWaitSeconds ?? Math.ceil(course.elapsedSeconds - course.lockedFromSecond)}
          hint={`it waited ${formatDuration(course.elapsedSeconds - course.lockedFromSecond)}, to the end`}
          onChange={(lockWaitSeconds) => onChange({ lockWaitSeconds })}
        />
      )}
    </>
  );
}

function Outcome(props: { readonly course: ImportCourse; readonly choice: WhatIfChoice; readonly result: WhatIf }) {
  const { course, choice, result } = props;
  const { kind } = result.outcome;
  const Icon = kind === 'finishes' || kind === 'lock-refused' ? CircleCheck : kind === 'unknown' ? CircleHelp : CircleX;
  return (
    <p className={cx(styles.whatIfOutcome, OUTCOME_CLASSES[kind])} data-testid="what-if-outcome" role="status">
      <Icon size={15} aria-hidden="true" />
      <span>
        <strong>{OUTCOME_WORDS[kind]}</strong> {outcomeSentence(course, choice, result)}
      </span>
    </p>
  );
}

/** The change of the configuration that the sliders come to, with what it rests on. */
function Patch(props: {
  readonly course: ImportCourse;
  readonly choice: WhatIfChoice;
  readonly result: WhatIf;
  readonly onChange: (part: Partial<WhatIfChoice>) => void;
}) {
  const { course, choice, result, onChange } = props;
  const advice = result.neededSeconds === null ? null : advisedTimeout(result.neededSeconds);
  const least = result.leastTimeoutSeconds === null ? null : Math.ceil(result.leastTimeoutSeconds);
  const isChanged = choice.timeoutSeconds !== course.timeoutSeconds;
  const limit =
    choice.memoryLimitBytes === null || choice.memoryLimitBytes === (course.memoryLimit?.bytes ?? null)
      ? null
      : Math.ceil(choice.memoryLimitBytes / 2 ** 20);
  return (
    <div className={styles.whatIfPatch} data-testid="what-if-patch">
      <div>
        <h4 className="caption">The change that this comes to</h4>
        {isChanged ? (
          <CodeBlock text={timeoutPatch(course.timeoutPlace, choice.timeoutSeconds)} what="Patch" />
        ) : (
          <p className="secondary">None: the timeout is what it was.</p>
        )}
        {limit === null ? null : <CodeBlock text={`[Service]\nMemoryMax=${limit}M`} what="Drop-in" />}
      </div>
      <div>
        <h4 className="caption">Why</h4>
        <ul className={pageStyles.because}>
          {timeoutReasons(result).map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
          {result.neededSeconds === null ? (
            <li>The evidence tells no rate for what was left to do, so no timeout can be computed from it.</li>
          ) : null}
        </ul>
        <p className={buttonStyles.buttonRow}>
          {advice === null || choice.timeoutSeconds === advice.seconds ? null : (
            <Button size="small" onClick={() => onChange({ timeoutSeconds: advice.seconds })}>
              Try the advised {advice.seconds} s
            </Button>
          )}
          {least === null || least <= 0 || choice.timeoutSeconds === least ? null : (
            <Button size="small" onClick={() => onChange({ timeoutSeconds: least })}>
              Try what it needs, {formatCount(least)} s
            </Button>
          )}
        </p>
      </div>
    </div>
  );
}
