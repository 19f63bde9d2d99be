// Lists: the whole row is the link; arrows (or j and k) move between rows.

const LINK = ".main a";
const PARTS = "a, button, input, label, summary, select, textarea, form";

// A line of a work list with one link is a row too.
function linkOf(target) {
  const line = target.closest(".worklist > li");
  return line ? line.querySelector(":scope > div > a") : rowOf(target)?.querySelector(LINK);
}

function rowOf(target) {
  return target.closest("[data-rowlink] tbody tr");
}

function open(event) {
  if (event.defaultPrevented || event.button > 1) return;
  const link = linkOf(event.target);
  if (!link || event.target.closest(PARTS)) return;
  if (String(getSelection())) return; // text is being selected, not opened
  const elsewhere = event.button === 1 || event.metaKey || event.ctrlKey;
  if (elsewhere) window.open(link.href, "_blank", "noopener");
  else link.click();
}

function move(event) {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [role=listbox]")) return;
  const letter = event.key === "j" || event.key === "k";
  const row = rowOf(event.target);
  if (!row && !letter) return; // arrows scroll until a row has the focus
  const links = [...document.querySelectorAll(`[data-rowlink] tbody ${LINK}`)];
  const now = row ? links.indexOf(row.querySelector(LINK)) : step > 0 ? -1 : links.length;
  const next = links[now + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.closest("tr").scrollIntoView({ block: "nearest" });
}

export function start() {
  document.addEventListener("click", open);
  document.addEventListener("auxclick", open);
  document.addEventListener("keydown", move);
}
