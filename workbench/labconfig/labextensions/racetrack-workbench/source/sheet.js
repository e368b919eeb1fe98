/** Add one of the style sheets beside this file to the page. */
export function addSheet(file) {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL(file, import.meta.url).href;
  document.head.append(sheet);
}
