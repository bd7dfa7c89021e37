import type { CaseView } from '../../shared/model/views.ts';
import { UTC } from '../../shared/model/zone.ts';
import { ENDING_WORDS } from '../../shared/wording/names.ts';
import { formatInstant, zonedDate, zonedTimeOfDay, zoneLabel } from '../format.ts';
import { useActions } from '../state/app-context.tsx';
import { useDisplayZone } from '../state/display-zone.tsx';
import { Button } from './button.tsx';
import styles from './headline.module.css';
import { Menu, MenuItem } from './menu.tsx';
import { VerdictChip } from './verdict-mark.tsx';

/** What happened, in one line, and how each hypothesis fares. */
export function Headline({ view }: { readonly view: CaseView }) {
  const { showVerdict } = useActions();
  const { analysis } = view;
  return (
    <section className={styles.headline} aria-label="Incident">
      <h1 title={analysis.headline}>{analysis.headline}</h1>
      <div className={styles.headlineRow}>
        <ul className={styles.chips} aria-label="Hypotheses">
          {analysis.hypotheses.map((hypothesis) => (
            <li key={hypothesis.id}>
              <VerdictChip
                verdict={hypothesis.verdict}
                title={hypothesis.title}
                onPress={() => showVerdict(`hypothesis-${hypothesis.id}`)}
              />
            </li>
          ))}
        </ul>
        <EndInZone view={view} />
        {analysis.incidents.length > 1 ? <IncidentList view={view} /> : null}
      </div>
    </section>
  );
}

/**
 * Says that the sentence above is in UTC, wherever the window shows times in another zone, and gives the incident's end in
 * that: the analysis writes UTC, as the report does, so that two people read the same words.
 */
function EndInZone({ view }: { readonly view: CaseView }) {
  const { zone } = useDisplayZone();
  const end = view.analysis.incident?.end;
  if (end === undefined || zoneLabel(end, zone) === UTC) return null;
  const day = zonedDate(end, zone) === zonedDate(end, UTC) ? '' : `${zonedDate(end, zone)} `;
  return (
    <p className={styles.utcNote}>
      Sentence in UTC; the incident ends{' '}
      <span className="numeric">
        {day}
        {zonedTimeOfDay(end, zone, 3)} {zoneLabel(end, zone)}
      </span>
    </p>
  );
}

/** All incidents that the evidence shows, to choose the one that is analysed, which is marked. */
function IncidentList({ view }: { readonly view: CaseView }) {
  const { incidents, incident } = view.analysis;
  const { zone } = useDisplayZone();
  const { chooseIncident } = useActions();
  const place = incidents.findIndex(({ id }) => id === incident?.id) + 1;
  return (
    <Menu
      label={place === 0 ? `${incidents.length} incidents` : `Incident ${place} of ${incidents.length}`}
      trigger={<Button size="small" />}
    >
      <div className={styles.incidentList}>
        {incidents.map((each) => (
          <MenuItem
            key={each.id}
            className={styles.incidentItem}
            isCurrent={each.id === incident?.id}
            onPress={() => void chooseIncident(each.id)}
          >
            <span className="mono">{formatInstant(each.end, 3, zone)}</span>
            <span>
              {each.pid === null ? 'unknown pid' : `pid ${each.pid}`}, {ENDING_WORDS[each.mechanism]}
            </span>
            <span className="secondary">
              {each.operation ?? 'operation unknown'}
              {each.id === incident?.id ? ' · analysed here' : ''}
            </span>
          </MenuItem>
        ))}
      </div>
    </Menu>
  );
}
