// What the modules share: parts that appear, and the place where scripts speak.

const waiting = [];

// Run now for the page and later for every part that htmx brings.
export function onLoad(run) {
  waiting.push(run);
  run(document);
}

document.addEventListener("htmx:load", (event) => {
  const root = event.detail.elt;
  if (root === document.body) return;
  for (const run of waiting) run(root);
});

export function sentence(name) {
  return document.getElementById("live")?.dataset[name] || "";
}

// A sentence that is seen and read out; the same one is not stacked.
export function tell(text, kind = "warn", place = document.getElementById("messages")) {
  if (!place || !text) return;
  const box = document.createElement("div");
  box.className = `notice notice-${kind}`;
  box.textContent = text;
  for (const old of place.querySelectorAll(":scope > .notice")) {
    if (old.textContent === text) old.remove();
  }
  place.prepend(box);
  box.scrollIntoView({ block: "nearest" });
}
