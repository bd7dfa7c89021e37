import type { CourseStep, CourseStepName } from './import-course.ts';

/** Parsers among which a question of "what if" chooses. */
export const SERVICE_PARSERS = ['iterparse', 'element-tree', 'lxml'] as const;
export type ServiceParser = (typeof SERVICE_PARSERS)[number];

/** What would have been otherwise. */
export interface WhatIfChoice {
  /** 0 is off. */
  readonly timeoutSeconds: number;
  /** null: none. */
  readonly memoryLimitBytes: number | null;
  readonly parser: ServiceParser;
  /** Rows of one transaction; null where the log tells no batch. */
  readonly batchRows: number | null;
  /** Seconds after which a wait for a lock gives up with an error; null: it waits on. */
  readonly lockWaitSeconds: number | null;
}

export type WhatIfOutcome =
  | { readonly kind: 'finishes'; readonly second: number }
  | { readonly kind: 'timed-out'; readonly second: number; readonly step: CourseStepName | null }
  | {
      readonly kind: 'out-of-memory';
      readonly second: number;
      readonly step: CourseStepName | null;
      /** Bytes of the artifact that had been parsed; null where its size is not known. */
      readonly atByte: number | null;
    }
  /** The wait for the lock gave up: the operation failed, the worker lived. */
  | { readonly kind: 'lock-refused'; readonly second: number }
  /** Nothing ended it as far as evidence reaches, which tells no rate for what was left to do. */
  | { readonly kind: 'unknown'; readonly second: number };

/** How the operation would have gone under a choice. */
export interface WhatIf {
  readonly outcome: WhatIfOutcome;
  readonly steps: readonly CourseStep[];
  /** Resident memory of the worker, as a line through these points, up to the outcome. */
  readonly memory: readonly { readonly second: number; readonly bytes: number }[];
  readonly peakBytes: number;
  /** Seconds that the whole would take; null where nothing tells. */
  readonly neededSeconds: number | null;
  /** When the arbiter would give the worker up; null when the timeout is off. */
  readonly deadlineSecond: number | null;
  /** Least timeout with which it finishes, counted from the last heartbeat; null where nothing tells. */
  readonly leastTimeoutSeconds: number | null;
  /** Rows that would be committed at the outcome, of all; null where no rate or no batch is known. */
  readonly committedRows: number | null;
}
