/** Presenter mode: large type and a bare page; `presenter.css` is its look. */

import { NAME, attempt } from "./attempt.js";
import { addSheet } from "./sheet.js";

const KEY = `${NAME}:presenting`;
const SIDES = ["left", "right"];

/** Add the command, and go on presenting if that is how the page was left. */
export function addPresenter(app, state, command) {
  addSheet("presenter.css");
  const presenter = new Presenter(app.shell, state);
  const told = () => attempt("presenter mode", () => app.commands.notifyCommandChanged(command));
  app.commands.addCommand(command, {
    label: "Presenter mode",
    caption: "Large type, no side bars, no messages in the corner",
    isToggled: () => presenter.on,
    execute: () => {
      attempt("presenter mode", () => presenter.toggle());
      told();
    },
  });
  attempt("presenter mode after a reload", async () => {
    await app.restored;
    await presenter.resume();
    told();
  });
}

class Presenter {
  constructor(shell, state) {
    this.shell = shell;
    this.state = state; // where JupyterLab keeps its layout too, so that both last as long
    this.before = null; // the side bars as they were; null while nobody presents
  }

  get on() {
    return this.before !== null;
  }

  toggle() {
    return this.on ? this.leave() : this.enter(this.sides());
  }

  enter(before) {
    this.before = before;
    document.body.classList.add(NAME);
    this.arrange({ left: "gone", right: "gone" });
    attempt("presenter mode after a reload", () => this.state?.save(KEY, before));
  }

  leave() {
    const before = this.before;
    this.before = null;
    document.body.classList.remove(NAME);
    this.arrange(before);
    attempt("presenter mode after a reload", () => this.state?.remove(KEY));
  }

  async resume() {
    const before = await this.state?.fetch(KEY);
    if (before && !this.on) {
      this.enter(before);
    }
  }

  /** Whether panels at the sides have bars with icons: those of Notebook 7 have none. */
  get hasBars() {
    return "isSideTabBarVisible" in this.shell;
  }

  /** Either side bar: `gone`, `closed` (its icons alone), or `open` with a panel beside it. */
  sides() {
    const look = (side) => {
      if (this.hasBars && !this.shell.isSideTabBarVisible(side)) {
        return "gone";
      }
      const closed = this.hasBars ? "closed" : "gone";
      return this.shell[`${side}Collapsed`] ? closed : "open";
    };
    return Object.fromEntries(SIDES.map((side) => [side, attempt("side bars", () => look(side))]));
  }

  arrange(wanted) {
    const now = this.sides();
    for (const side of SIDES) {
      attempt("side bars", () => this.arrangeSide(side, now[side], wanted[side]));
    }
    window.dispatchEvent(new Event("resize")); // editors measure their letters anew
  }

  arrangeSide(side, now, wanted) {
    const name = side === "left" ? "Left" : "Right";
    if (now === undefined || wanted === undefined || now === wanted) {
      return;
    }
    if (now === "open") {
      this.shell[`collapse${name}`]();
    }
    if (this.hasBars && (now === "gone" || wanted === "gone")) {
      this.shell.toggleSideTabBarVisibility(side);
    }
    if (wanted === "open") {
      this.shell[`expand${name}`]();
    }
  }
}
