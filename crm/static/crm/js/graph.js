// A large drawing opens at the item that one works on.
import { onLoad } from "./page.js";

function show(box) {
  const here = box.querySelector(".is-here > rect")?.getBoundingClientRect();
  if (!here) return;
  const around = box.getBoundingClientRect();
  box.scrollLeft += here.left + here.width / 2 - (around.left + around.width / 2);
  box.scrollTop += here.top + here.height / 2 - (around.top + around.height / 2);
}

export function start() {
  onLoad((root) => root.querySelectorAll(".graph").forEach(show));
}
