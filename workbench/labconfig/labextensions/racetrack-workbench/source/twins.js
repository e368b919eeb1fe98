/**
 * Once a kernel is gone, JupyterLab shows a broken link in the place of each of its widgets. What
 * the workbench shows as widgets comes with plain HTML as well: that takes their place.
 */

import { attempt } from "./attempt.js";

const VIEW = "application/vnd.jupyter.widget-view+json";
const GONE = new Set(["restarting", "autorestarting", "terminating", "dead"]);

/** Watch the kernel of every notebook that is open, or will be. */
export function showTwins(tracker) {
  tracker.forEach(watch);
  tracker.widgetAdded.connect((_, panel) => watch(panel));
}

function watch(panel) {
  attempt("twins of widgets", () =>
    panel.sessionContext.statusChanged.connect((_, status) =>
      attempt("twins of widgets", () => GONE.has(status) && replaceWidgets(panel.content.model)),
    ),
  );
}

/** Leave the widgets out of all outputs that have something else to show. */
function replaceWidgets(model) {
  for (const cell of model?.cells ?? []) {
    const outputs = cell.type === "code" ? cell.outputs : { length: 0 };
    for (let at = 0; at < outputs.length; at += 1) {
      const output = outputs.get(at).toJSON();
      if (output.data?.[VIEW] !== undefined && output.data["text/html"] !== undefined) {
        delete output.data[VIEW];
        outputs.set(at, output);
      }
    }
  }
}
