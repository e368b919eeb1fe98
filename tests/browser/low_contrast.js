// Texts within `areas` that have less contrast than 4.5, what WCAG 2 asks for: the ratio and text.
(areas) => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, below) => {
    const mixed = [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
    return [...mixed, 1];
  };
  const part = (value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = ([red, green, blue]) =>
    0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);

  const contrast = (element) => {
    const grounds = [];
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      opacity *= Number(style.opacity);
      grounds.unshift(rgba(style.backgroundColor));
    }
    const ground = grounds.reduce((below, top) => over(top, below), [255, 255, 255, 1]);
    const [red, green, blue, alpha] = rgba(getComputedStyle(element).color);
    const text = over([red, green, blue, alpha * opacity], ground);
    const [dark, light] = [luminance(text), luminance(ground)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  const found = [];
  for (const area of document.querySelectorAll(areas)) {
    const texts = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.textContent.trim();
      const element = texts.currentNode.parentElement;
      if (text && !element.closest(".jp-OutputPrompt, button")) {
        const ratio = contrast(element);
        if (ratio < 4.5) {
          found.push(`${ratio.toFixed(2)}: ${text.slice(0, 60)}`);
        }
      }
    }
  }
  return found;
};
