// Keeps a page fresh, and sends what its buttons mean to Lifecycle's own routes.
"use strict";

const said = document.getElementById("said");

function say(text, bad) {
  said.textContent = text;
  said.classList.toggle("bad", Boolean(bad));
}

async function errorOf(answer) {
  try {
    const body = await answer.json();
    return body.error || JSON.stringify(body.detail) || answer.statusText;
  } catch {
    return `${answer.status} ${answer.statusText}`;
  }
}

// --- fresh parts: the page is asked for again, and its parts are put in the places of the old ones

function toEnds(root) {
  for (const log of root.querySelectorAll("[data-end]")) log.scrollTop = log.scrollHeight;
}

async function refresh() {
  const parts = document.querySelectorAll("[data-refresh]");
  if (!parts.length) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(await errorOf(answer));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelectorAll("main > div");
  const old = document.querySelectorAll("main > div");
  old.forEach((part, i) => {
    // Whoever reads a log, opened a list or stands on a button is not disturbed.
    const inUse = part.contains(document.activeElement) || part.querySelector("details[open]");
    const selection = window.getSelection();
    const selected = !selection.isCollapsed && part.contains(selection.anchorNode);
    if (!fresh[i] || inUse || selected || part.outerHTML === fresh[i].outerHTML) return;
    const logs = [...part.querySelectorAll("[data-end]")];
    const atEnd = logs.map((log) => log.scrollTop + log.clientHeight >= log.scrollHeight - 8);
    const tops = logs.map((log) => log.scrollTop);
    part.replaceWith(fresh[i]);
    [...fresh[i].querySelectorAll("[data-end]")].forEach((log, j) => {
      log.scrollTop = atEnd[j] === false ? tops[j] : log.scrollHeight;
    });
  });
}

async function keepFresh() {
  let lost = false;
  for (;;) {
    const part = document.querySelector("[data-refresh]");
    if (!part) return;
    await new Promise((done) => setTimeout(done, 1000 * Number(part.dataset.refresh)));
    if (document.hidden) continue;
    try {
      await refresh();
      if (lost) say("");
      lost = false;
    } catch {
      if (!lost) say("The server does not answer; what is shown is old.", true);
      lost = true;
    }
  }
}

// --- deleting, after a question

function ask(what, verb) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.textContent = `${verb} ${what}?`;
  const form = document.createElement("form");
  form.method = "dialog";
  for (const [value, word] of [["yes", verb], ["no", "Keep it"]]) {
    const button = document.createElement("button");
    button.value = value;
    button.textContent = word;
    form.append(button);
  }
  dialog.append(text, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-delete]");
  if (!button) return;
  const verb = button.firstChild.textContent.trim();
  if (!(await ask(button.dataset.what, verb))) return;
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.delete, { method: "DELETE" });
    if (answer.ok) say(`${button.dataset.what}: done.`);
    else say(await errorOf(answer), true);
  } catch (error) {
    say(`The server did not answer: ${error.message}`, true);
  }
  button.blur();
  document.getElementById("main").focus();
  await refresh().catch(() => {});
});

// --- uploading a plugin, by the button or by drag and drop

const upload = document.querySelector("[data-upload]");

function send(file) {
  if (!file) return say("Choose a ZIP first.", true);
  const bar = upload.querySelector("progress");
  const button = upload.querySelector("button");
  const replace = upload.elements.replace.checked ? 1 : 0;
  const request = new XMLHttpRequest();
  const name = encodeURIComponent(file.name);
  request.open("POST", `${upload.dataset.upload}/${name}?replace=${replace}`);
  request.setRequestHeader("Content-Type", "application/zip");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
    say(bar.value < 1 ? `Uploading ${file.name} ...` : `${file.name} is being loaded ...`);
  });
  request.addEventListener("loadend", async () => {
    bar.hidden = true;
    button.disabled = false;
    let body = {};
    try {
      body = JSON.parse(request.responseText);
    } catch {
      // told below, by the status
    }
    if (request.status === 200) {
      const count = (body.warnings || []).length;
      const more = count ? `, with ${count} ${count === 1 ? "warning" : "warnings"}` : "";
      say(`${body.name} ${body.version} is installed${more}.`);
      upload.reset();
    } else {
      say(body.error || `The upload failed: ${request.status || "the connection broke"}`, true);
    }
    await refresh().catch(() => {});
  });
  bar.value = 0;
  bar.hidden = false;
  button.disabled = true;
  request.send(file);
}

if (upload) {
  upload.addEventListener("submit", (event) => {
    event.preventDefault();
    send(upload.elements.file.files[0]);
  });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      upload.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) upload.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    upload.classList.remove("over");
    send(event.dataTransfer.files[0]);
  });
}

// --- logging in

const login = document.querySelector("[data-login]");
if (login) {
  login.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(login));
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify(given);
    const answer = await fetch(login.dataset.login, { method: "POST", headers, body });
    if (answer.ok) location.reload();
    else say(await errorOf(answer), true);
  });
}

// --- filtering a table

for (const field of document.querySelectorAll("[data-filter]")) {
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of document.querySelectorAll(`#${field.dataset.filter} tbody tr`)) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
}

toEnds(document);
keepFresh();
