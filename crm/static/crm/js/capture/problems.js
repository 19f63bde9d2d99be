// Sentences at their fields, and a list of them on top that leads there.
import { el, icon, show } from "./dom.js";

const fieldId = (path) => (path.startsWith("findings.") ? `f-${path}` : `f-${path.split(".")[0]}`);

function placeOf(form, path) {
  const exact = form.querySelector(`[data-error="${CSS.escape(path)}"]`);
  return exact || form.querySelector(`[data-error="${CSS.escape(path.split(".")[0])}"]`);
}

export function clearProblems(form) {
  form.querySelector("[data-problems]")?.remove();
  for (const place of form.querySelectorAll("[data-error]")) show(place, false);
  for (const node of form.querySelectorAll(".has-error")) node.classList.remove("has-error");
}

// A field that is mended loses its sentence at once.
export function mended(form, name) {
  const place = form.querySelector(`[data-error="${CSS.escape(name)}"]`);
  show(place, false);
  place?.closest(".field")?.classList.remove("has-error");
}

export function showProblems(form, problems, words) {
  clearProblems(form);
  const items = problems.map(({ path, message }) => {
    const place = placeOf(form, path);
    if (place) {
      place.querySelector("span").textContent = message;
      show(place, true);
      place.closest(".field")?.classList.add("has-error");
    }
    const [field, n] = path.split(".");
    const number = field === "findings" && /^\d+$/.test(n) ? ` ${Number(n) + 1}` : "";
    const label = words[`label_${field}`] ? `${words[`label_${field}`]}${number}：` : "";
    const link = el("a", { href: `#${fieldId(path)}` }, label + message);
    link.addEventListener("click", (event) => lead(event, form, path));
    return el("li", {}, link);
  });
  const list = el("ul", {}, ...items);
  const box = el("div", { className: "error-summary", tabIndex: -1 }, el("h2", {}, words.check), list);
  box.setAttribute("role", "alert");
  box.dataset.problems = "";
  form.prepend(box);
  box.focus();
  box.scrollIntoView({ block: "start" });
}

function lead(event, form, path) {
  const target = document.getElementById(fieldId(path));
  if (!target) return;
  event.preventDefault();
  target.scrollIntoView({ block: "center" });
  (target.matches("input, textarea, select") ? target : target.querySelector("input, a"))?.focus();
}

export function notice(kind, text, ...more) {
  const names = { ok: "circle-check", warn: "alert-triangle", info: "info-circle" };
  const box = el("div", { className: `notice notice-${kind}` }, icon(names[kind]));
  box.append(el("div", {}, text, ...more));
  return box;
}
