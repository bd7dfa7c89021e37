import type { CaseProblem, ParseProblem } from '../../shared/model/evidence.ts';

/** The problems of one file: the first ones kept, all counted. */
export class FileProblems {
  readonly #kept: ParseProblem[] = [];
  readonly #limit: number;
  count = 0;
  /** Lines of the file that belong to no record. */
  unreadLines = 0;
  /** Those of them that speak of a kill, a timeout, short memory or a lock. */
  graveLines = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(problem: ParseProblem): void {
    this.count += 1;
    // That a file was not read to its end must be seen, however many problems there are before it.
    if (this.#kept.length < this.#limit || problem.kind === 'stopped') this.#kept.push(problem);
  }

  get list(): readonly ParseProblem[] {
    return this.#kept;
  }

  has(kind: ParseProblem['kind']): boolean {
    return this.#kept.some((problem) => problem.kind === kind);
  }
}

/** Problems of things that did not become evidence files; a last entry says how many more there were. */
export class CaseProblems {
  readonly #kept: CaseProblem[] = [];
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(path: string, kind: CaseProblem['kind'], message: string): void {
    this.#count += 1;
    if (this.#kept.length < this.#limit) this.#kept.push({ path, kind, message });
  }

  list(): readonly CaseProblem[] {
    const unlisted = this.#count - this.#kept.length;
    if (unlisted === 0) return this.#kept;
    const message = `${unlisted} more problems of this sort are not listed; the first ${this.#limit} are.`;
    return [...this.#kept, { path: '', kind: 'limit-exceeded', message }];
  }
}
