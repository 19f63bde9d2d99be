// "/" goes to the search box, Escape leaves it.

export function start() {
  document.addEventListener("keydown", (event) => {
    const box = document.querySelector("[data-search-form] input[type=search]");
    if (!box) return;
    if (event.key === "Escape" && document.activeElement === box) box.blur();
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
