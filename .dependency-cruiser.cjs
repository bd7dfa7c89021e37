// Which folder may know which. Each rule's comment is its reason; `npm run arch` checks them, test/architecture breaks each
// one on purpose to see that it holds.

const NODE_CORE = { dependencyTypes: ['core'] };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'shared-is-pure',
      comment:
        'shared/ runs in the window, in workers, on the command line and in tests alike: it knows no folder above it, so a verdict cannot depend on the shell.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(electron|renderer|test|scripts)/' },
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
      name: 'renderer-knows-only-the-contract',
      comment: 'The window asks over IPC. Importing electron/ would put Node code, or the idea of it, into the page.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(electron|test|scripts)/' },
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
      from: { path: '^(electron|shared|renderer)/', pathNot: '^electron/(main|preload)/' },
      to: { path: '(^|/)node_modules/electron(/|$)' },
    },
    {
      name: 'core-does-not-know-the-shells',
      comment: 'Intake, workers, case store and export serve two shells (window and command line) and know neither.',
      severity: 'error',
      from: { path: '^electron/(intake|workers|case-store|export)/' },
      to: { path: '^electron/(main|preload|cli|ipc)/' },
    },
    {
      name: 'cli-needs-no-window',
      comment: 'The command line runs where no window can open.',
      severity: 'error',
      from: { path: '^electron/cli/' },
      to: { path: '^electron/(main|preload)/' },
    },
    {
      name: 'preload-knows-only-the-contract',
      comment:
        'The preload script is the one piece of ours with privileges inside the page: contract and bridge, nothing else.',
      severity: 'error',
      from: { path: '^electron/preload/' },
      to: { path: '^(electron|shared|renderer)/', pathNot: '^(electron/preload|shared/contract|shared/model)/' },
    },
    {
      name: 'evidence-is-opened-by-intake',
      comment:
        'Evidence is opened read-only in one place. Case store and workers read it through intake; main and ipc touch their own files (window position, pages, exports), the command line writes exports, export reads its fonts.',
      severity: 'error',
      from: { path: '^electron/', pathNot: '^electron/(intake|case-store|workers|main|ipc|cli|export)/' },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'no-network',
      comment: 'Offline is a promise: no code of ours opens a socket or starts a program.',
      severity: 'error',
      from: { path: '^(electron|shared|renderer)/' },
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
      name: 'no-orphans',
      comment: 'A file that nothing imports is dead, or an entry that the build does not know.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          '^electron/workers/(analysis|hash|import|part|profile|query|rules|sql)-worker\\.ts$',
          '^electron/cli/main\\.ts$',
        ],
      },
      to: {},
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
      from: { path: '^(electron|shared|renderer)/' },
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
