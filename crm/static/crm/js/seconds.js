// What can be done for some seconds only goes when they are over.
import { onLoad } from "./page.js";

export function start() {
  onLoad((root) => {
    const own = root.matches?.("[data-seconds]") ? [root] : [];
    for (const part of [...own, ...root.querySelectorAll("[data-seconds]")])
      setTimeout(() => part.remove(), Number(part.dataset.seconds) * 1000);
  });
}
