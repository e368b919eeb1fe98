/**
 * What the workbench adds to JupyterLab: the colours of files in cells, a tile for the tutorial,
 * keys for its chapters, a mode for presenting, plain pages in the place of widgets whose kernel
 * is gone, and a mark on what cells showed before a jump. There is no build step: JupyterLab loads
 * this file, and this file the others.
 *
 * JupyterLab promises little of what is used here. So every part stands alone inside `attempt`:
 * what a newer JupyterLab changes costs that part, and never the page.
 */
(() => {
  "use strict";

  const NAME = "racetrack-workbench";
  const HERE = document.currentScript?.src ?? location.href;

  const COMMANDS = {
    start: `${NAME}:start`,
    next: `${NAME}:next-chapter`,
    previous: `${NAME}:previous-chapter`,
    present: `${NAME}:presenter-mode`,
  };

  // What JupyterLab hands over if it has it: the package, and what it calls the thing.
  const WANTED = [
    ["@jupyterlab/notebook", "INotebookTracker"],
    ["@jupyterlab/launcher", "ILauncher"],
    ["@jupyterlab/apputils", "ICommandPalette"],
    ["@jupyterlab/statedb", "IStateDB"],
  ];

  // A flag. JupyterLab gives `jp-icon3` the colour of its theme.
  const FLAG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
    <g class="jp-icon3" fill="#616161">
      <path d="M3 2h2v20H3z"/>
      <path fill-rule="evenodd" d="M6 3h15v12H6zm1 1v10h13V4z"/>
      <path d="M7 4h4.4v3.4H7zm8.6 0H20v3.4h-4.4zm-4.2 3.4h4.2v3.4h-4.2z"/>
      <path d="M7 10.8h4.4V14H7zm8.6 0H20V14h-4.4z"/>
    </g></svg>`;

  let packages = {}; // what JupyterLab shares with extensions, by name and version

  const load = (file) => import(new URL(file, HERE).href);

  async function makePlugin() {
    const { attempt } = await load("attempt.js");
    const part = (file) => attempt(file, () => load(file));
    const shared = (name, key) =>
      attempt(name, async () => {
        const exported = (await Object.values(packages[name])[0].get())();
        if (!exported[key]) {
          throw new Error(`it exports no ${key}`);
        }
        return exported[key];
      });

    const [colours, chapters, presenter, sheet, twins, before, LabIcon, ...tokens] =
      await Promise.all([
        part("colours.js"),
        part("chapters.js"),
        part("presenter.js"),
        part("sheet.js"),
        part("twins.js"),
        part("before.js"),
        shared("@jupyterlab/ui-components", "LabIcon"),
        ...WANTED.map(([name, key]) => shared(name, key)),
      ]);

    function addStart(app) {
      const icon = attempt("icon", () => LabIcon && new LabIcon({ name: NAME, svgstr: FLAG }));
      app.commands.addCommand(COMMANDS.start, {
        label: "Racetrack tutorial",
        caption: "Open the first notebook of the tutorial",
        icon,
        execute: () =>
          attempt("tutorial", () =>
            app.commands.execute("docmanager:open", { path: chapters.FIRST_CHAPTER }),
          ),
      });
    }

    function activate(app, ...services) {
      const names = WANTED.map(([, key]) => key).filter((_, at) => tokens[at]);
      const given = Object.fromEntries(names.map((name, at) => [name, services[at]]));
      const tracker = given.INotebookTracker;
      attempt("colours", () => tracker && colours.colourNotebooks(tracker));
      attempt("twins of widgets", () => tracker && twins.showTwins(tracker));
      attempt("what is from before", () => tracker && before.markWhatIsBefore(tracker));
      attempt("focus", () => sheet.addSheet("focus.css"));
      attempt("lines of cells", () => sheet.addSheet("cells.css"));
      attempt("tutorial", () => addStart(app));
      attempt("chapters", () => chapters.addChapters(app, tracker, COMMANDS));
      attempt("presenter", () => presenter.addPresenter(app, given.IStateDB, COMMANDS.present));
      const there = (command) => app.commands.hasCommand(command);
      const category = "Racetrack";
      attempt("launcher", () => {
        if (there(COMMANDS.start)) {
          given.ILauncher?.add({ command: COMMANDS.start, category, rank: 0 });
        }
      });
      attempt("palette", () => {
        for (const command of Object.values(COMMANDS).filter(there)) {
          given.ICommandPalette?.addItem({ command, category });
        }
      });
    }

    return { id: `${NAME}:plugin`, autoStart: true, optional: tokens.filter(Boolean), activate };
  }

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB[NAME] = {
    init: (scope) => {
      packages = scope;
    },
    get: async () => {
      const plugin = await makePlugin();
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
