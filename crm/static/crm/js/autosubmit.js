// Filters narrow the list as soon as a value is chosen. Empty fields are left out of
// the address, so that a link to a list stays short.

export function start() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (!form || event.target.closest("[data-wait]")) return;
    if (event.target.matches("input[type=search], input[type=text]")) return;
    if (form.requestSubmit) form.requestSubmit();
    else form.submit();
  });
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("form[data-autosubmit], form[data-search-form]")) return;
    for (const [name, value] of [...event.formData]) {
      if (value !== "") continue;
      const rest = event.formData.getAll(name).filter((one) => one !== "");
      event.formData.delete(name);
      for (const one of rest) event.formData.append(name, one);
    }
  });
}
