// A button names what it does to whom: `data-named-by` is the id of a select,
// `data-sentence` holds %s where the chosen name goes.
function name(button, select) {
  const chosen = select.selectedOptions[0];
  if (chosen?.value) {
    button.textContent = button.dataset.sentence.replace("%s", chosen.textContent.trim());
  }
}

export function start() {
  document.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLSelectElement) || !event.target.id) return;
    const id = CSS.escape(event.target.id);
    const button = document.querySelector(`[data-named-by="${id}"]`);
    if (button) name(button, event.target);
  });
}
