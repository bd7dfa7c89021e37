import { ChevronRight } from 'lucide-react';
import { secondsBetween } from '../../../shared/model/time.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { ENDING_WORDS } from '../../../shared/wording/names.ts';
import { recurrenceWords } from '../../../shared/wording/recurrence-words.ts';
import { LinkButton } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import pageStyles from '../../components/page.module.css';
import tableStyles from '../../components/table.module.css';
import { Table } from '../../components/table.tsx';
import tagStyles from '../../components/tag.module.css';
import { formatDuration, formatInstant } from '../../format.ts';
import { useActions } from '../../state/app-context.tsx';
import { useDisplayZone } from '../../state/display-zone.tsx';
import { IncidentChart } from './incident-chart.tsx';
import styles from './incidents.module.css';

/** All incidents of the case, how they recur, and the choice of the one that is analysed; nothing where there is one. */
export function Incidents({ view }: { readonly view: CaseView }) {
  const { incidents, incident, recurrence } = view.analysis;
  const { zone } = useDisplayZone();
  const { chooseIncident } = useActions();
  if (recurrence === null) return null;
  const newest = [...incidents].reverse();
  return (
    <section className={pageStyles.block} aria-labelledby="incidents-title">
      <header className={pageStyles.pageHeader}>
        <h2 id="incidents-title" className={pageStyles.pageHeading}>
          Incidents
        </h2>
        <p className="secondary">Choose one to analyse it.</p>
      </header>
      <div className={styles.incidentsOverview}>
        <ul className={styles.recurrence}>
          {recurrenceWords(recurrence, ENDING_WORDS).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
        <IncidentChart incidents={incidents} chosen={incident} />
      </div>
      <div className={cx(tableStyles.tableFrame, styles.incidentFrame)}>
        <Table className={styles.incidentTable} aria-labelledby="incidents-title">
          <thead>
            <tr>
              <th scope="col">Ended</th>
              <th scope="col" className="number">
                Duration
              </th>
              <th scope="col" className="number">
                Pid
              </th>
              <th scope="col">Operation</th>
              <th scope="col">Mechanism</th>
              <th scope="col">Unit</th>
              <th scope="col">
                <span className="visually-hidden">Analyse</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {newest.map((each) => {
              const isChosen = each.id === incident?.id;
              return (
                <tr key={each.id} aria-current={isChosen}>
                  <th scope="row" className="numeric">
                    {formatInstant(each.end, 3, zone)}
                  </th>
                  <td className="number numeric">{formatDuration(secondsBetween(each.start, each.end))}</td>
                  <td className="number numeric">{each.pid ?? '–'}</td>
                  <td>{each.operation ?? <span className="secondary">unknown</span>}</td>
                  <td>{ENDING_WORDS[each.mechanism]}</td>
                  <td className="secondary">{each.unit ?? '–'}</td>
                  <td className={styles.incidentAction}>
                    {isChosen ? (
                      <span className={tagStyles.tag}>analysed</span>
                    ) : (
                      <LinkButton
                        aria-label={`Analyse the incident of ${formatInstant(each.end, 3, zone)}`}
                        onClick={() => void chooseIncident(each.id)}
                      >
                        Analyse
                        <ChevronRight size={12} aria-hidden="true" />
                      </LinkButton>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </Table>
      </div>
    </section>
  );
}
