/** Cells that begin with `%%wbfile PATH` get the colours of that file instead of Python's. */

import { attempt } from "./attempt.js";

const WRITES_FILE = /^%%wbfile[ \t]+(?:"([^"]+)"|'([^']+)'|(\S+))/;

// By the end of the path, in this order. A file of any other kind gets no colours at all.
const LANGUAGES = [
  [/\.go$/i, "text/x-go"],
  [/\.ya?ml$/i, "text/x-yaml"],
  [/(^|[/.])Dockerfile$/i, "text/x-dockerfile"],
  [/\.py$/i, "text/x-python"],
  [/\.json$/i, "application/json"],
  [/\.html?$/i, "text/html"],
  [/\.css$/i, "text/css"],
  [/\.js$/i, "text/javascript"],
  [/\.md$/i, "text/x-markdown"],
  [/\.toml$/i, "text/x-toml"],
  [/\.sh$/i, "text/x-sh"],
];

/** The MIME type of the file that a cell writes; null for a cell that writes none. */
export function languageOf(source) {
  const [, quoted, apostrophed, bare] = WRITES_FILE.exec(source) ?? [];
  const path = quoted ?? apostrophed ?? bare;
  if (path === undefined) {
    return null;
  }
  return LANGUAGES.find(([ending]) => ending.test(path))?.[1] ?? "text/plain";
}

/** Watch every notebook that is open, or will be. */
export function colourNotebooks(tracker) {
  tracker.forEach((panel) => colourNotebook(panel.content));
  tracker.widgetAdded.connect((_, panel) =>
    attempt("colours", () => colourNotebook(panel.content)),
  );
}

/** Watch the cells of a notebook, those to come included. */
function colourNotebook(notebook) {
  const watched = new WeakSet();
  const coloured = new WeakSet();

  const colour = (cell) =>
    attempt("colours of a cell", () => {
      const wanted = languageOf(cell.sharedModel.getSource());
      if (wanted !== null) {
        coloured.add(cell);
        setType(cell, wanted);
      } else if (coloured.delete(cell)) {
        setType(cell, notebook.codeMimetype); // its first line was changed or taken away
      }
    });

  const watch = () =>
    attempt("colours of a notebook", () => {
      for (const cell of notebook.model?.cells ?? []) {
        if (cell.type === "code" && !watched.has(cell)) {
          watched.add(cell);
          cell.contentChanged.connect(colour);
          cell.mimeTypeChanged.connect(colour); // a kernel that comes up makes all of them Python
          colour(cell);
        }
      }
    });

  const follow = () =>
    attempt("colours of new cells", () => {
      notebook.model?.cells.changed.connect(watch);
      watch();
    });

  notebook.modelChanged.connect(follow);
  follow();
}

function setType(cell, type) {
  if (cell.mimeType !== type) {
    cell.mimeType = type;
  }
}
