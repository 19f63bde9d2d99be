// A long list of ticks gets a box to find one in: by any part, pinyin or initials.
import { keysOf, withPinyin } from "./option-keys.js";
import { onLoad } from "./page.js";

const MANY = 10;

function narrow(list, text) {
  const wanted = text.trim().toLowerCase();
  for (const label of list.querySelectorAll("label")) {
    const named = { text: label.textContent, dataset: label.dataset };
    const fits = !wanted || keysOf(named).some((key) => key.includes(wanted));
    // What is ticked stays in sight.
    label.hidden = !fits && !label.querySelector("input").checked;
  }
}

function equip(list) {
  if (list.querySelectorAll("label").length <= MANY) return;
  const box = document.createElement("input");
  Object.assign(box, { type: "search", placeholder: list.dataset.narrow });
  box.setAttribute("aria-label", list.dataset.narrow);
  box.addEventListener("focus", () => withPinyin(() => narrow(list, box.value)));
  box.addEventListener("input", () => narrow(list, box.value));
  // Enter finds; it does not send the form around it.
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  // It finds, it is no answer: neither sent nor reported as one.
  box.addEventListener("change", (event) => event.stopPropagation());
  list.prepend(box);
}

export function start() {
  onLoad((root) => root.querySelectorAll("[data-narrow]").forEach(equip));
}
