import { judgeIncidents } from '../support/judge-incidents.ts';

judgeIncidents('even');
