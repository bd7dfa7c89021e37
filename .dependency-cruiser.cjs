// Which room may know which. A room is a folder (or a single file) of shared/, electron/ or renderer/; what its row does not
// name it may not import, and a file outside of every room may neither import nor be imported. `npm run arch` checks it all;
// test/architecture breaks each rule on purpose, and compares the table of CONTRIBUTING with this one.

const THREADS = require('./electron/threads/threads.json');

const GROUND = ['shared/model', 'shared/wording'];
const EVIDENCE = [
  'shared/evidence/host',
  'shared/evidence/journal',
  'shared/evidence/logs',
  'shared/evidence/settings',
];

/** Room, why it may know what it may, and what that is. From the ground up: a room only knows rooms above its own row. */
const ROOMS = [
  ['shared/model', 'the types of a case, columns, time: all know them, so they know nobody', []],
  ['shared/wording', 'numbers and names as words, each once', ['shared/model']],
  ['shared/contract', 'messages only: ipc, threads, the JSON of a case', ['shared/model']],
  ['shared/evidence/reading', 'lines, stamps, clocks: what every format is read with', ['shared/model']],
  ['shared/evidence/headers', 'what a logger puts in front', ['shared/evidence/reading', 'shared/model']],
  [
    'shared/evidence/carriers',
    'what wraps a line: docker, CRI, compose, syslog; a carrier prints stamps, levels and fields as loggers do',
    ['shared/evidence/headers'],
  ],
  [
    'shared/evidence/wording',
    'what gunicorn, the kernel, systemd and others say: whom to believe is in the header, and in what carries it',
    ['shared/evidence/carriers', 'shared/evidence/headers', 'shared/evidence/reading', 'shared/model'],
  ],
  [
    'shared/evidence/journal',
    'journals: an entry is classified by its words',
    ['shared/evidence/reading', 'shared/evidence/wording', 'shared/model'],
  ],
  [
    'shared/evidence/logs',
    'logs of servers and programs',
    [
      'shared/evidence/carriers',
      'shared/evidence/headers',
      'shared/evidence/reading',
      'shared/evidence/wording',
      'shared/model',
    ],
  ],
  ['shared/evidence/settings', 'units and configurations', ['shared/evidence/reading', 'shared/model']],
  [
    'shared/evidence/host',
    'what the host measured: ps, top, sar, vmstat, meminfo; the state of a container tells how it was started as well',
    ['shared/evidence/reading', 'shared/evidence/settings', 'shared/model'],
  ],
  ['shared/evidence/sqlite', 'database files by their bytes', ['shared/model']],
  [
    'shared/evidence/formats',
    'detection and the one table of formats: names every reader',
    [
      'shared/evidence/carriers',
      'shared/evidence/headers',
      ...EVIDENCE,
      'shared/evidence/reading',
      'shared/evidence/wording',
      'shared/model',
    ],
  ],
  ['shared/profiling', 'statistics of an artifact over a stream of bytes', ['shared/model']],
  ['shared/rules', "the user's own rules: reading, applying", ['shared/model']],
  ['shared/search', 'the language of the search field, histograms', ['shared/model']],
  [
    'shared/sql',
    'which statements only read, values as cells and CSV; SQL has one set of tokens',
    ['shared/evidence/sqlite', 'shared/model'],
  ],
  ['shared/figures', 'pictures as data', GROUND],
  [
    'shared/timeline',
    'lives of workers, incidents, operations: told by what programs say',
    ['shared/evidence/logs', 'shared/evidence/wording', 'shared/model'],
  ],
  ['shared/collect', 'the scripts for the host', ['shared/timeline', ...GROUND]],
  [
    'shared/context',
    'what facts read of the evidence around an incident',
    ['shared/evidence/reading', 'shared/timeline', ...GROUND],
  ],
  [
    'shared/facts',
    'one family of rules a file: the rules as data, with what finds their facts',
    ['shared/context', 'shared/profiling', 'shared/timeline', ...GROUND],
  ],
  [
    'shared/hypotheses',
    'verdicts on weighed facts; what is missing, by what the rules need',
    ['shared/context', 'shared/facts', ...GROUND],
  ],
  [
    'shared/findings',
    'questions, advice, summary: which files may tell of an end is a trait of their formats',
    [
      'shared/context',
      'shared/evidence/formats',
      'shared/facts',
      'shared/profiling',
      'shared/sql',
      'shared/timeline',
      ...GROUND,
    ],
  ],
  [
    'shared/report',
    'the report as data: tells what was concluded',
    ['shared/evidence/wording', 'shared/facts', 'shared/figures', 'shared/hypotheses', 'shared/sql', ...GROUND],
  ],
  [
    'shared/analyse.ts',
    'the top of shared: evidence in, analysis out',
    ['shared/context', 'shared/facts', 'shared/findings', 'shared/hypotheses', 'shared/model', 'shared/timeline'],
  ],

  ['electron/files', 'opening read-only, listing, names, atomic writes', ['shared/evidence/formats', 'shared/model']],
  ['electron/threads', 'starting a thread, asking one, ending one', ['shared/contract', 'shared/model']],
  [
    'electron/archives',
    'containers and compressions, unpacked into private copies',
    ['electron/files', 'shared/evidence/formats', 'shared/evidence/reading', 'shared/model'],
  ],
  [
    'electron/events',
    'the columns of events and their readers; the text stays in the files',
    [
      'electron/files',
      'shared/contract',
      'shared/evidence/formats',
      'shared/evidence/journal',
      'shared/evidence/reading',
      'shared/search',
      'shared/timeline',
      ...GROUND,
    ],
  ],
  [
    'electron/databases',
    'sql.js over copies in memory, and its thread',
    ['electron/files', 'electron/threads', 'shared/contract', 'shared/evidence/sqlite', 'shared/model', 'shared/sql'],
  ],
  [
    'electron/search',
    'queries and facets, with their thread',
    ['electron/events', 'electron/threads', 'shared/contract', 'shared/model', 'shared/search'],
  ],
  [
    'electron/profile',
    'measuring an artifact, with its threads',
    ['electron/files', 'electron/threads', 'shared/contract', 'shared/evidence/formats', 'shared/profiling', ...GROUND],
  ],
  [
    'electron/intake',
    'taking in, detecting, reading, with its threads',
    [
      'electron/archives',
      'electron/databases',
      'electron/events',
      'electron/files',
      'electron/threads',
      'shared/contract',
      'shared/evidence/formats',
      'shared/evidence/journal',
      'shared/evidence/reading',
      'shared/model',
    ],
  ],
  [
    'electron/export',
    'writes a case down: PDF, HTML, JSON, text',
    [
      'electron/files',
      'shared/contract',
      'shared/figures',
      'shared/hypotheses',
      'shared/report',
      'shared/rules',
      ...GROUND,
    ],
  ],
  [
    'electron/analysis',
    "the analysing thread, which writes documents too; the user's rules",
    [
      'electron/events',
      'electron/export',
      'electron/files',
      'electron/profile',
      'electron/threads',
      'shared/analyse.ts',
      'shared/contract',
      'shared/hypotheses',
      'shared/model',
      'shared/rules',
      'shared/timeline',
    ],
  ],
  [
    'electron/case',
    'the open case: everything above is asked through it',
    [
      'electron/analysis',
      'electron/databases',
      'electron/events',
      'electron/files',
      'electron/intake',
      'electron/profile',
      'electron/search',
      'electron/threads',
      'shared/contract',
      'shared/evidence/formats',
      'shared/hypotheses',
      'shared/model',
      'shared/report',
      'shared/rules',
      'shared/search',
      'shared/timeline',
    ],
  ],
  [
    'electron/case-files',
    'cases as files, the copies that the app keeps: between a case and the shells that save and open it',
    ['electron/case', 'electron/files', 'electron/threads', 'shared/contract', 'shared/model'],
  ],
  [
    'electron/cli',
    'a shell: runs where no window can open',
    [
      'electron/case',
      'electron/case-files',
      'electron/export',
      'electron/files',
      'electron/threads',
      'shared/collect',
      'shared/contract',
      'shared/search',
      ...GROUND,
    ],
  ],
  [
    'electron/ipc',
    'a shell: answers the window; gets what it needs of Electron as ports',
    [
      'electron/case',
      'electron/case-files',
      'electron/events',
      'electron/export',
      'electron/files',
      'electron/profile',
      'electron/threads',
      'shared/collect',
      'shared/contract',
      'shared/hypotheses',
      'shared/search',
      'shared/rules',
      ...GROUND,
    ],
  ],
  [
    'electron/main',
    'a shell: windows, menus, dialogs',
    ['electron/case', 'electron/case-files', 'electron/export', 'electron/files', 'electron/ipc', 'shared/contract'],
  ],
  ['electron/preload', 'the one piece with privileges inside the page: the bridge, nothing else', ['shared/contract']],

  ['renderer/styles', 'style sheets', []],
  ['renderer/bridge.ts', 'the one way out of the page', ['shared/contract', 'shared/model']],
  ['renderer/format.ts', 'figures as the window shows them', ['shared/figures', ...GROUND]],
  [
    'renderer/state',
    'what the window knows and does',
    ['renderer/bridge.ts', 'renderer/format.ts', 'shared/contract', 'shared/sql', ...GROUND],
  ],
  ['renderer/components', 'parts of screens', ['renderer/format.ts', 'renderer/state', 'shared/figures', ...GROUND]],
  [
    'renderer/screens',
    'one screen a folder or file',
    [
      'renderer/bridge.ts',
      'renderer/components',
      'renderer/format.ts',
      'renderer/state',
      'shared/contract',
      'shared/evidence/wording',
      'shared/figures',
      'shared/findings',
      'shared/hypotheses',
      'shared/report',
      'shared/search',
      'shared/sql',
      'shared/timeline',
      ...GROUND,
    ],
  ],
  [
    'renderer/app.tsx',
    'the window: picks the screen',
    ['renderer/components', 'renderer/screens', 'renderer/state', 'shared/contract', 'shared/model'],
  ],
  ['renderer/main.tsx', 'the entry of the page', ['renderer/app.tsx', 'renderer/state', 'renderer/styles']],
].map(([room, reason, mayImport]) => ({ room, reason, mayImport }));

/** Arrows against the table that wait to be removed, as `from -> to`, each with a word on how. It may only shrink. */
const DEBT = {};

/** Where a program begins: what none of them leads to is dead. */
const ENTRIES = [
  'electron/main/index.ts',
  'electron/preload/index.ts',
  'electron/cli/main.ts',
  'renderer/main.tsx',
  ...Object.values(THREADS),
];

/** Who touches files that are no evidence, each with what they are. */
const TOUCHES_OWN_FILES = {
  'electron/case-files/case-library.ts': 'cases that are kept',
  'electron/cli/analyze.ts': 'the folder that exports are written to',
  'electron/cli/collect-script.ts': 'scripts for the host, made runnable',
  'electron/cli/inquest.ts': 'the version in package.json',
  'electron/databases/load-sqlite.ts': 'the wasm of sql.js',
  'electron/export/fonts.ts': 'fonts',
  'electron/ipc/case-keeper.ts': 'whether a case file is still there',
  'electron/main/app-protocol.ts': 'the built pages',
  'electron/main/launch-paths.ts': 'whether a path that was given exists',
  'electron/main/window.ts': 'the place of the window',
  'electron/profile/measurements.ts': 'measurements that are kept',
};

const OURS = '^(electron|shared|renderer)/';
const NODE_CORE = { dependencyTypes: ['core'] };

const escaped = (path) => path.replaceAll('.', '\\.');
/** A pattern for the files of a room. */
const filesOf = (room) => `^${escaped(room)}${/\.tsx?$/.test(room) ? '$' : '/'}`;

/** Each room may import itself and what its row names. */
const roomRules = ROOMS.map(({ room, reason, mayImport }) => ({
  name: `room ${room}`,
  comment: `${reason}. It may import ${mayImport.join(', ') || 'nothing'}.`,
  severity: 'error',
  from: { path: filesOf(room) },
  to: {
    path: '^(electron|shared|renderer|test|scripts)/',
    pathNot: [room, ...mayImport, ...debtOf(room)].map(filesOf),
  },
}));

function debtOf(room) {
  return Object.keys(DEBT).flatMap((arrow) => {
    const [from, to] = arrow.split(' -> ');
    return from === room ? [to] : [];
  });
}

/** An arrow to a row further down, or to no row: the table would have a circle, or a hole. Null where there is none. */
function arrowDown(rooms) {
  const above = new Set();
  for (const { room, mayImport } of rooms) {
    const down = mayImport.find((each) => !above.has(each));
    if (down !== undefined) return `${room} -> ${down}`;
    above.add(room);
  }
  return null;
}
const down = arrowDown(ROOMS);
if (down !== null) throw new Error(`The table of rooms is in order from the ground up, and ${down} goes down.`);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'every-file-has-a-room',
      comment: 'A file outside of the table would be bound by none of its rows.',
      severity: 'error',
      from: { path: OURS, pathNot: ROOMS.map(({ room }) => filesOf(room)) },
      to: {},
    },
    {
      name: 'reachable-from-the-entries',
      comment: 'What no program leads to is dead, whatever it imports; a new entry belongs into the list of entries.',
      severity: 'error',
      from: { path: ENTRIES.map(filesOf) },
      to: { path: OURS, pathNot: ['\\.d\\.ts$', ...ENTRIES.map(filesOf)], reachable: false },
    },
    {
      name: 'only-files-opens-evidence',
      comment:
        'Evidence is opened read-only in one folder, so that nothing else can change it, follow a link out of it or block on a pipe.',
      severity: 'error',
      from: { path: OURS, pathNot: '^electron/files/' },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'own-files-are-touched-by-few',
      comment: 'own-files.ts opens whatever it is told, and would be a way around read-only.ts.',
      severity: 'error',
      from: { pathNot: [...Object.keys(TOUCHES_OWN_FILES).map(filesOf), '^test/'] },
      to: { path: '^electron/files/own-files\\.ts$' },
    },
    {
      name: 'shared-has-no-node',
      comment:
        'shared/ is also bundled for the window, which has no Node; files and processes are the business of electron/.',
      severity: 'error',
      from: { path: '^shared/' },
      to: NODE_CORE,
    },
    {
      name: 'shared-has-few-libraries',
      comment:
        'Pure computation only: schemas (zod), geometry of figures (d3, which needs no DOM for scales and shapes), streaming XML (sax), Zstandard (fzstd), rule files (yaml), the grammar of Python (lezer). React, Electron and anything that touches a DOM or a disk stay out.',
      severity: 'error',
      from: { path: '^shared/' },
      to: {
        path: 'node_modules/',
        pathNot: 'node_modules/(zod|d3|d3-[a-z-]+|@types/d3[a-z-]*|internmap|sax|@types/sax|fzstd|yaml|@lezer)/',
      },
    },
    {
      name: 'renderer-has-no-node',
      comment: 'The page is sandboxed and has no Node: such an import would only fail at run time.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: NODE_CORE,
    },
    {
      name: 'electron-in-main-and-preload-only',
      comment:
        'Everything else runs on the command line too, on machines with no Electron runtime; handlers get what they need of Electron as ports.',
      severity: 'error',
      from: { path: OURS, pathNot: '^electron/(main|preload)/' },
      to: { path: '(^|/)node_modules/electron(/|$)' },
    },
    {
      name: 'no-network',
      comment: 'Offline is a promise: no code of ours opens a socket or starts a program.',
      severity: 'error',
      from: { path: OURS },
      to: { path: '^(node:)?(net|http|https|http2|tls|dgram|dns|dns/promises|child_process|cluster|inspector)$' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere fails at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'A package that is there only because another needs it may be gone after the next update.',
      severity: 'error',
      from: { path: OURS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'packaged-code-has-packaged-dependencies',
      comment:
        'The packaged app holds production dependencies only. Electron itself is the runtime; react and its kin are bundled into the page; tsx is for running from source.',
      severity: 'error',
      from: { path: '^(electron|shared)/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/(electron|tsx|@types)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

// For test/architecture; the checker takes what is enumerable for its own options.
Object.defineProperties(module.exports, {
  ROOMS: { value: ROOMS },
  DEBT: { value: DEBT },
  TOUCHES_OWN_FILES: { value: TOUCHES_OWN_FILES },
  arrowDown: { value: arrowDown },
});
