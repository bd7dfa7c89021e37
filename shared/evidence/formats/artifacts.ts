import type { Detector, WholeFormat } from '../reading/format.ts';

/** A document that a job was importing: it is profiled as a whole, see profiling/. */
function artifact(savedAs: string | null, detect: Detector): WholeFormat {
  return {
    holds: 'artifact',
    savedAs,
    detect,
    dated: 'undated',
    printsHostZone: false,
    create: null,
    readAgain: null,
  };
}

export const JUNIT_XML = artifact('the JUnit XML', {
  by: 'root',
  reads: (root) => (root === 'testsuites' || root === 'testsuite' ? `is XML with the root <${root}>` : null),
});

/** Any other XML; asked after those with a root of their own. */
export const XML = artifact(null, {
  by: 'root',
  reads: (root) => (root === null ? 'begins like XML' : `is XML with the root <${root}>`),
});
