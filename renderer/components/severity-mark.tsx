import { CircleAlert, Info, type LucideIcon, Minus, OctagonAlert, TriangleAlert } from 'lucide-react';
import type { Severity } from '../../shared/model/event.ts';
import { SEVERITY_WORDS } from '../../shared/wording/names.ts';

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

/** A severity as icon and word; a dash where the source states none. */
export function SeverityMark({ severity }: { readonly severity: Severity | null }) {
  if (severity === null) return <span className="severity severity-none">–</span>;
  const Icon = SEVERITY_ICONS[severity];
  return (
    <span className={`severity severity-${severity}`}>
      <Icon size={12} aria-hidden="true" />
      {SEVERITY_WORDS[severity]}
    </span>
  );
}
