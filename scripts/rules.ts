import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.ts';
import { rulesDocument } from './rule-table.ts';

/** Writes docs/rules.md from the code. */
writeFileSync(join(ROOT, 'docs', 'rules.md'), rulesDocument());
