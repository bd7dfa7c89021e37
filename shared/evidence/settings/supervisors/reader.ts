import type { SupervisorName } from '../../../model/supervisor.ts';

/** The settings that the analysis uses. */
export type SettingName = 'timeoutSeconds' | 'workers' | 'maxRequests';

/** An assignment as it stands in a file: the last of a name is in force. */
export interface Assigned {
  readonly name: string;
  /** What stands behind the name, without its comment. */
  readonly value: string;
  /** Where the line begins, in characters. */
  readonly at: number;
  readonly length: number;
  readonly line: number;
}

/** How one supervisor's configuration is told and read. */
export interface SettingsReader {
  readonly supervisor: SupervisorName;
  /** Why a file is its configuration, for people; null where it is not. */
  readonly recognises: (text: string, fileName: string) => string | null;
  readonly assignments: (text: string) => readonly Assigned[];
  /** How it calls each setting, the name of today first; none: it has no such setting. */
  readonly names: Readonly<Record<SettingName, readonly string[]>>;
  /** Reads a value; null where it is no literal. */
  readonly number: (value: string) => number | null;
}

/** The lines of a text that a pattern with the groups `name` and `value` reads. */
export function assignedLines(text: string, pattern: RegExp): readonly Assigned[] {
  const found: Assigned[] = [];
  let at = 0;
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    const groups = pattern.exec(line.replace(/\r$/, ''))?.groups;
    if (groups?.name !== undefined) {
      found.push({ name: groups.name, value: (groups.value ?? '').trim(), at, length: line.length, line: number });
    }
    at += line.length + 1;
  }
  return found;
}

const FACTOR = /^\d[\d_]*(?:\.\d+)?$/;

/** A number of digits, with underscores, or a product of such: `5 * 60`. */
export function literalNumber(value: string): number | null {
  const factors = value.replace(/^\((.*)\)$/, '$1').split('*');
  let product = 1;
  for (const factor of factors) {
    const digits = factor.trim();
    if (!FACTOR.test(digits)) return null;
    product *= Number(digits.replaceAll('_', ''));
  }
  return product;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** `30`, `30s`, `2m`. Source: php-fpm, fpm_conf.c, fpm_conf_set_time */
export function numberWithUnit(value: string): number | null {
  const [, digits = '', unit = ''] = /^"?(\d+)([smhd]?)"?$/.exec(value) ?? [];
  const seconds = UNIT_SECONDS[unit];
  return digits === '' || seconds === undefined ? null : Number(digits) * seconds;
}
