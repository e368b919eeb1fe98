/** A key for the next chapter, and one for the previous. */

import { attempt } from "./attempt.js";

const FOLDER = "notebooks";

export const FIRST_CHAPTER = `${FOLDER}/00-start-here.ipynb`;

/** Add the two commands and their keys. */
export function addChapters(app, tracker, commands) {
  let last = Promise.resolve(); // a second press goes on from where the first one leads
  const turn = (label, step) => ({
    label,
    execute: () => (last = last.then(() => attempt(label, () => open(app, tracker, step)))),
  });
  app.commands.addCommand(commands.next, turn("Next chapter", 1));
  app.commands.addCommand(commands.previous, turn("Previous chapter", -1));
  // On a Mac, Alt with a letter writes a sign.
  const bind = (command, key) =>
    app.commands.addKeyBinding({
      command,
      keys: [`Alt ${key}`],
      macKeys: [`Ctrl Alt ${key}`],
      selector: "body",
    });
  bind(commands.next, "N");
  bind(commands.previous, "P");
}

/** Open the chapter `step` places after the notebook that was last looked at. */
async function open(app, tracker, step) {
  const shown = tracker?.currentWidget?.context.path;
  const folder = await app.serviceManager.contents.get(FOLDER, { content: true });
  const chapters = folder.content
    .filter((entry) => entry.type === "notebook")
    .map((entry) => entry.path)
    .sort();
  const at = chapters.indexOf(shown);
  const path = at < 0 ? chapters[0] : chapters[at + step];
  if (path !== undefined) {
    await app.commands.execute("docmanager:open", { path });
  }
}
