// The dispatch desk by keyboard. Every key is written on a button or a field as
// `data-key`: pressing it does what the mouse would do there.

const desk = document.querySelector("[data-desk]");
const TYPING = "input:not([type=checkbox], [type=radio]), select, textarea, [role=listbox]";

const shown = () => desk.querySelector("#desk-detail [data-pk]");
const row = (pk) => desk.querySelector(`.queue tr[data-pk="${CSS.escape(pk)}"]`);
const here = () => document.activeElement?.closest?.(".queue tr") || row(shown()?.dataset.pk || "");

// A choice among many has been put behind a box to type in.
function field(element) {
  const box = element.dataset.combo ? element.nextElementSibling?.querySelector("input") : null;
  return box || element;
}

function enter(element) {
  const box = field(element);
  box.scrollIntoView({ block: "nearest" });
  box.focus();
  if (box !== element) box.click(); // the list opens
}

function press(element) {
  if (element.matches("select")) enter(element);
  else if (element.matches("input[type=radio]")) {
    element.checked = true;
    enter(document.getElementById(element.dataset.then) || element);
  } else if (element.matches("summary")) {
    const fold = element.parentElement;
    fold.open = !fold.open;
    if (fold.open) fold.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  } else element.click();
}

function target(key) {
  const inDetail = shown()?.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return inDetail || document.querySelector(`[data-key="${CSS.escape(key)}"]`);
}

function leave(event) {
  // A list that is open closes first, by itself.
  if (event.target.getAttribute?.("aria-expanded") === "true") return;
  here()?.querySelector(".main a")?.focus();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") return leave(event);
  if (event.target.closest?.(TYPING)) return;
  if (event.key === "x") {
    const box = here()?.querySelector("[type=checkbox]");
    if (box) box.checked = !box.checked;
    return;
  }
  // Enter on a row of the list: only if it is the one that is shown beside it.
  const isRow = event.target.closest?.(".queue .main a");
  if (event.key === "Enter" && (!isRow || here()?.dataset.pk !== shown()?.dataset.pk)) return;
  const key = event.key === "Enter" ? "d" : event.key;
  if (key.length !== 1 || key === "j" || key === "k") return;
  const found = target(key);
  if (!found) return;
  event.preventDefault();
  press(found);
}

// The row that is shown is marked; its act goes on with the next one.
function mark() {
  const pk = shown()?.dataset.pk;
  for (const old of desk.querySelectorAll(".queue tr[aria-current]")) old.removeAttribute("aria-current");
  if (pk) row(pk)?.setAttribute("aria-current", "true");
}

function onSwap(event) {
  if (event.target.id === "desk-detail") {
    mark();
    // One below the other: what was asked for is not on the screen.
    if (innerWidth < 1100) event.target.scrollIntoView();
  }
  const lead = document.getElementById("dispatch_lead");
  if (event.target.id === "desk-lead") lead?.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("keydown", onKey);
document.addEventListener("htmx:afterSettle", onSwap);
