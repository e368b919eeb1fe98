/**
 * After the playground was moved to another chapter, cells still show what they saw before. Each of
 * them says so until it runs again. The head of a chapter tells of the move: beside its HTML there
 * is the number of the first cell that ran later. A kernel that was restarted counts anew, so while
 * the page is open it counts as well which cells this kernel ran.
 */

import { attempt } from "./attempt.js";
import { addSheet } from "./sheet.js";

const BEFORE = "application/vnd.racetrack-workbench.before+json";
const MARK = "racetrack-workbench-before";
const WHAT = "what is from before";
const GONE = new Set(["restarting", "autorestarting", "terminating", "dead"]);

/** Watch every notebook that is open, or will be. */
export function markWhatIsBefore(tracker) {
  addSheet("before.css");
  tracker.forEach(watch);
  tracker.widgetAdded.connect((_, panel) => watch(panel));
}

function watch(panel) {
  attempt(WHAT, () => new Marks(panel));
}

class Marks {
  constructor(panel) {
    this.notebook = panel.content;
    this.watched = new WeakSet();
    this.ran = new WeakSet(); // the cells that this kernel ran while the page was open
    this.before = 0;
    panel.sessionContext.statusChanged.connect((_, status) => {
      if (GONE.has(status)) {
        this.ran = new WeakSet();
      }
    });
    this.notebook.modelChanged.connect(() => this.follow());
    this.follow();
  }

  follow() {
    attempt(WHAT, () => {
      this.notebook.model?.cells.changed.connect(() => this.watchCells());
      this.watchCells();
    });
  }

  watchCells() {
    attempt(WHAT, () => {
      for (const cell of this.notebook.model?.cells ?? []) {
        if (cell.type === "code" && !this.watched.has(cell)) {
          this.watched.add(cell);
          cell.stateChanged.connect((_, { name }) => attempt(WHAT, () => this.onState(cell, name)));
          cell.outputs.changed.connect((outputs) => attempt(WHAT, () => this.look(outputs)));
          this.before ||= firstAfter(cell.outputs);
        }
      }
      this.mark((cell) => cell.executionCount < this.before);
    });
  }

  /** A cell runs, or has run. */
  onState(cell, name) {
    if (name === "executionCount") {
      this.ran.add(cell);
      this.setMark(cell, false);
    }
  }

  /** Where a move is told that was not known, only what ran since then is not from before it. */
  look(outputs) {
    const before = firstAfter(outputs);
    if (before && before !== this.before) {
      this.before = before;
      this.mark((cell) => cell.executionCount < before || !this.ran.has(cell));
    }
  }

  mark(isBefore) {
    for (const cell of this.notebook.model?.cells ?? []) {
      const shows = cell.type === "code" && cell.executionCount;
      if (shows && isBefore(cell) && !firstAfter(cell.outputs)) {
        this.setMark(cell, true);
      }
    }
  }

  setMark(model, on) {
    const cell = this.notebook.widgets.find((one) => one.model === model);
    cell?.node.classList.toggle(MARK, on);
  }
}

/** The number that one of these outputs tells; 0 where none does. */
function firstAfter(outputs) {
  for (let at = 0; at < outputs.length; at += 1) {
    const told = outputs.get(at).data?.[BEFORE];
    if (told) {
      return told.before;
    }
  }
  return 0;
}
