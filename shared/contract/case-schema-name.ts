/**
 * The name of the case as JSON: it changes when a member changes its meaning or goes. By itself, so that who writes a case need
 * not load what reads one.
 */
export const CASE_SCHEMA = 'inquest.case/2';
