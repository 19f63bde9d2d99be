// The box takes over what the select said about itself: label, hint, error, state.

const TAKEN = ["aria-describedby", "aria-invalid", "aria-label", "required"];

export function wire(select, input, list) {
  const label = select.labels[0];
  input.id = `${select.id || list.id}_combo`;
  if (label) {
    label.htmlFor = input.id;
    label.id ||= `${input.id}_label`;
    list.setAttribute("aria-labelledby", label.id);
  }
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  for (const name of TAKEN) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  select.removeAttribute("required"); // a hidden control could not say what is missing
  input.disabled = select.disabled;
  // The error summary's link leads to what can be typed in.
  for (const link of document.querySelectorAll(`a[href="#${select.id}"]`)) {
    if (select.id) link.hash = input.id;
  }
}
