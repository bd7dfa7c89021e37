import { type EnvNames, joinEnv } from './python-values.ts';

/** Thrown where evaluation is given up: what the file sets is then not known. */
export class LimitReached extends Error {}

/** Ways through a file that are followed; one with nine independent conditions has 512. */
const PATH_LIMIT = 600;
/** Expressions and statements evaluated in all; a settings file has a few hundred. */
const STEP_LIMIT = 200_000;

/**
 * The decisions on one way through a program. What cannot be decided is decided one way, and the other ways are followed
 * later, from the start: so every way is evaluated as plain Python, and what was decided once holds to its end.
 */
export class Decisions {
  readonly #given: readonly number[];
  readonly #taken: number[] = [];
  readonly #alternatives: (readonly number[])[];
  readonly #budget: { steps: number };
  /** Environment variables that are set on this way, and that on another need not be. */
  readonly #set = new Set<string>();
  readonly #unset = new Set<string>();
  /** Variables without which no way goes on. */
  readonly #required = new Set<string>();

  constructor(given: readonly number[], alternatives: (readonly number[])[], budget: { steps: number }) {
    this.#given = given;
    this.#alternatives = alternatives;
    this.#budget = budget;
  }

  /** Counts work; throws LimitReached when there was too much. */
  step(): void {
    this.#budget.steps -= 1;
    if (this.#budget.steps < 0) throw new LimitReached('it takes too many steps');
  }

  /** One of `count` ways to go on, each of which is followed in time. */
  fork(count: number): number {
    const at = this.#taken.length;
    const given = this.#given[at];
    if (given === undefined) {
      for (let other = 1; other < count; other += 1) this.#alternatives.push([...this.#taken, other]);
    }
    this.#taken.push(given ?? 0);
    return given ?? 0;
  }

  /** Whether any of the variables is set to something on this way; decided where it is open. */
  isOverridden(names: EnvNames): boolean {
    const open = [...names].filter((name) => !this.#unset.has(name));
    if (open.some((name) => this.isSet(name))) return true;
    if (open.length === 0) return false;
    const isSet = this.fork(2) === 1;
    for (const name of open) (isSet ? this.#set : this.#unset).add(name);
    return isSet;
  }

  isSet(name: string): boolean {
    return this.#set.has(name) || this.#required.has(name);
  }

  isUnset(name: string): boolean {
    return this.#unset.has(name);
  }

  /** The program would end here without the variable, so it is set. */
  require(name: string): void {
    this.#required.add(name);
  }

  /** The variables that must be set for this way. */
  get env(): EnvNames {
    return joinEnv(this.#set);
  }
}

/**
 * Follows every way through a program, the one with an empty environment first. `isWhole` is false when there were more
 * ways than are followed. Throws LimitReached when evaluation takes too long.
 */
export function followPaths<T>(evaluate: (decisions: Decisions) => T): {
  readonly ends: readonly T[];
  readonly isWhole: boolean;
} {
  const open: (readonly number[])[] = [[]];
  const budget = { steps: STEP_LIMIT };
  const ends: T[] = [];
  for (let at = 0; at < open.length; at += 1) {
    if (at >= PATH_LIMIT) return { ends, isWhole: false };
    ends.push(evaluate(new Decisions(open[at] ?? [], open, budget)));
  }
  return { ends, isWhole: true };
}
