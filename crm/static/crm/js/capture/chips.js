// Chips fill the field beside them with one tap; the field may still be typed into.
import { el } from "./dom.js";

const fieldOf = (pick) => pick.closest("form").elements[pick.dataset.fill];

function mark(pick) {
  const { value } = fieldOf(pick);
  for (const chip of pick.children)
    chip.setAttribute("aria-pressed", String(chip.dataset.value === value));
}

export function markAll(form) {
  for (const pick of form.querySelectorAll("[data-fill]")) mark(pick);
}

export function startChips(form, changed) {
  form.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-fill] > button");
    if (!chip) return;
    const pick = chip.parentElement;
    const field = fieldOf(pick);
    field.value = field.value === chip.dataset.value ? "" : chip.dataset.value;
    mark(pick);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    changed();
  });
  form.addEventListener("input", () => markAll(form));
}

// Whoever was met may sign: their names, as chips.
export function offerSigners(form) {
  const pick = form.querySelector("[data-signers]");
  const ticked = [...form.querySelectorAll("[name=met]:checked")];
  const typed = form.elements.met_names.value.split(/[、，,；;]/).map((one) => one.trim());
  const names = new Set([...ticked.map((one) => one.value.split("\t")[1]), ...typed]);
  names.delete("");
  pick.replaceChildren(
    ...[...names].slice(0, 6).map((name) => {
      const chip = el("button", { type: "button" }, name);
      chip.dataset.value = name;
      return chip;
    }),
  );
  // One person was met: who else would sign.
  const field = form.elements.signed_by;
  if (names.size === 1 && (!field.value || field.dataset.guessed)) {
    [field.value] = names;
    field.dataset.guessed = "1";
  }
  mark(pick);
}
