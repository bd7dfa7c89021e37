import type { EventFilter } from './ipc.ts';

/** The filter that lets everything through. Apart from the requests, whose checks threads have no use for and load slowly. */
export const EVERY_EVENT: EventFilter = {
  text: '',
  query: '',
  kinds: [],
  severities: [],
  evidenceIds: [],
  pids: [],
  units: [],
  withoutKinds: [],
  templates: [],
  withoutTemplates: [],
  from: null,
  to: null,
};
