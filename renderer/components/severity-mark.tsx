import { CircleAlert, Info, type LucideIcon, Minus, OctagonAlert, TriangleAlert } from 'lucide-react';
import type { Severity } from '../../shared/model/event.ts';
import { SEVERITY_WORDS } from '../../shared/wording/names.ts';
import { cx } from './class-names.ts';
import styles from './severity-mark.module.css';

const SEVERITY_CLASSES: Readonly<Record<Severity, string | undefined>> = {
  emerg: styles.severityEmerg,
  alert: styles.severityAlert,
  crit: styles.severityCrit,
  err: styles.severityErr,
  warning: styles.severityWarning,
  notice: styles.severityNotice,
  info: styles.severityInfo,
  debug: styles.severityDebug,
};

const SEVERITY_ICONS: Readonly<Record<Severity, LucideIcon>> = {
  emerg: OctagonAlert,
  alert: OctagonAlert,
  crit: OctagonAlert,
  err: CircleAlert,
  warning: TriangleAlert,
  notice: Info,
  info: Minus,
  debug: Minus,
};

/** Severities that most lines have: an icon at each would hide those that say something. */
const QUIET: readonly Severity[] = ['info', 'debug'];

/** A severity as its icon alone, for a narrow column; its word is there for those who cannot see it. */
export function SeverityIcon({ severity }: { readonly severity: Severity | null }) {
  if (severity === null) return null;
  const Icon = SEVERITY_ICONS[severity];
  const words = SEVERITY_WORDS[severity];
  return (
    <span className={cx(styles.severity, SEVERITY_CLASSES[severity])} title={words}>
      {QUIET.includes(severity) ? null : <Icon size={14} aria-hidden="true" />}
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

/** A severity as icon and word; a dash where the source states none. */
export function SeverityMark(props: { readonly severity: Severity | null; readonly className?: string | undefined }) {
  const { severity } = props;
  if (severity === null) return <span className={cx(styles.severity, styles.severityNone, props.className)}>–</span>;
  const Icon = SEVERITY_ICONS[severity];
  return (
    <span className={cx(styles.severity, SEVERITY_CLASSES[severity], props.className)}>
      <Icon size={12} aria-hidden="true" />
      {SEVERITY_WORDS[severity]}
    </span>
  );
}
