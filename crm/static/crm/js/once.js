// A form is sent once: the second press within the same answer does nothing.

const PAUSE = 15000; // after that the person may try again

function release(form) {
  form.classList.remove("is-busy");
  form.removeAttribute("aria-busy");
}

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.classList.contains("is-busy")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // After this turn: the pressed button's own value is still sent.
    setTimeout(() => {
      form.classList.add("is-busy");
      form.setAttribute("aria-busy", "true");
    });
    setTimeout(() => release(form), PAUSE);
  });
  // Back from the browser's own cache, or htmx has its answer.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form.is-busy")) release(form);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) setTimeout(() => release(form));
  });
}
