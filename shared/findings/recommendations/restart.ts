import type { FactContext } from '../../context/context.ts';
import { supervisorInCharge } from '../../context/supervised-config.ts';
import { shellWord } from '../../model/shell.ts';
import { SUPERVISORS } from '../../model/supervisor.ts';

/** The service's unit, by the journal's word of the incident or by its file. */
function unitName({ record, unit }: FactContext): string | null {
  const name = record?.incident.unit ?? unit?.name ?? null;
  return name !== null && /\.service$/.test(name) ? name : null;
}

/**
 * The command after which the configuration file is in force: on HUP the arbiter of gunicorn reads it again and starts new
 * workers. Source: gunicorn, FAQ, "How do I reload my application"
 */
export function reloadCommand(context: FactContext): string {
  const unit = unitName(context);
  if (unit === null) return SUPERVISORS[supervisorInCharge(context) ?? 'gunicorn'].reload;
  return `systemctl reload ${shellWord(unit)} || systemctl restart ${shellWord(unit)}`;
}

/** The command after which a changed unit or command line is in force: flags are read at the start alone. */
export function restartCommand(context: FactContext): string {
  const unit = unitName(context) ?? 'SERVICE';
  return `systemctl daemon-reload && systemctl restart ${shellWord(unit)}`;
}
