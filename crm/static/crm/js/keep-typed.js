// An expired login during a save brings the text back. What a form sends is kept in
// this tab until the next page: on the login page (body[data-lost]) it becomes "lost",
// and is put back when the same person opens the same page again. Anywhere else it is
// forgotten. Passwords and files are never kept; signing out wipes everything.
import { sentence, tell } from "./page.js";

const KEY = "typed";

const who = () => document.body.dataset.user || "";

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function write(entry) {
  try {
    if (entry) sessionStorage.setItem(KEY, JSON.stringify(entry));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage is full or refused: the text is then in the page before, by "back".
  }
}

function skipped(field) {
  return (
    !field.name ||
    ["password", "file", "hidden", "submit", "button"].includes(field.type) ||
    field.closest("[data-no-keep]")
  );
}

function indexOf(form) {
  return [...document.querySelectorAll("form[method=post]")].indexOf(form);
}

function valuesOf(form) {
  const values = [];
  for (const field of form.elements) {
    if (skipped(field)) continue;
    const ticked = field.type === "checkbox" || field.type === "radio";
    if (ticked) values.push([field.name, field.value, field.checked]);
    else if (field.multiple)
      values.push([field.name, [...field.selectedOptions].map((one) => one.value)]);
    else values.push([field.name, field.value]);
  }
  return values;
}

function remember(form) {
  if (form.method !== "post" || form.matches("[data-logout], [data-no-keep]")) return;
  if (!who()) return;
  const action = new URL(form.action, location.href).pathname;
  const path = location.pathname + location.search;
  const fields = valuesOf(form);
  if (fields.length) write({ user: who(), path, action, index: indexOf(form), fields });
}

function fieldOf(form, name, value, ticked) {
  return [...form.elements].find(
    (one) => one.name === name && (ticked === undefined || one.value === value),
  );
}

function putBack(form, fields) {
  for (const [name, value, ticked] of fields) {
    const field = fieldOf(form, name, value, ticked);
    if (!field || skipped(field)) continue;
    if (ticked !== undefined) field.checked = ticked;
    else if (field.multiple)
      for (const one of field.options) one.selected = value.includes(one.value);
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  for (let box = form.closest("details"); box; box = box.parentElement.closest("details"))
    box.open = true;
}

function arrive() {
  const entry = read();
  if (document.body.hasAttribute("data-lost")) {
    if (!entry) return;
    write({ ...entry, lost: true });
    // The page of the form, not the address it posts to; by password and by demo button.
    for (const next of document.querySelectorAll("input[name=next]"))
      if (!next.form?.querySelector("[name=theme], [name=language]")) next.value = entry.path;
    return;
  }
  if (!entry?.lost) return write(null);
  if (entry.user !== who()) return who() ? write(null) : undefined;
  if (entry.path !== location.pathname + location.search) return;
  const same = (form) => new URL(form.action, location.href).pathname === entry.action;
  const forms = [...document.querySelectorAll("form[method=post]")];
  const form = [forms[entry.index], ...forms].find((one) => one && same(one));
  write(null);
  if (!form) return;
  putBack(form, entry.fields);
  tell(sentence("restored"), "warn");
}

export function start() {
  arrive();
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-logout]")) sessionStorage.clear();
    else remember(event.target);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && !read()?.lost) write(null);
  });
  document.addEventListener("login-expired", () => {
    const entry = read();
    if (entry) write({ ...entry, lost: true });
  });
}
