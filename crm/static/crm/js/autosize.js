// A box grows with what is typed or dictated into it, so that all of it is seen.
import { onLoad } from "./page.js";

function fit(box) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}

export function start() {
  document.addEventListener("input", (event) => {
    if (event.target.dataset?.autosize) fit(event.target);
  });
  onLoad((root) => {
    for (const box of root.querySelectorAll("textarea[data-autosize]")) fit(box);
  });
}
