// Small helpers: build elements as text, never as markup.

export function el(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

// The same sprite as the templates use: its address is taken from an icon on the page.
export function icon(name) {
  const used = document.querySelector("svg use")?.getAttribute("href") || "";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${used.split("#")[0]}#${name}`);
  svg.append(use);
  return svg;
}

export const clock = (time) =>
  new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

export const show = (node, visible) => node && (node.hidden = !visible);

export function debounce(work, wait) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), wait);
  };
}
