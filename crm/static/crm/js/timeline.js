// The timeline opens at today; pointing at a name shows what its bar depends on.

function place(box) {
  const names = box.querySelector(".timeline-names").offsetWidth;
  const free = box.clientWidth - names;
  box.scrollLeft = Number(box.dataset.today) - free / 2;
}

function point(event) {
  const row = event.target.closest?.("[data-timeline] [data-row]");
  const box = row?.closest("[data-timeline]");
  const bar = box?.querySelector(`#tl-row-${row.dataset.row}`);
  for (const old of document.querySelectorAll(".tl-item.is-on")) {
    if (old !== bar) old.classList.remove("is-on");
  }
  bar?.classList.add("is-on");
}

document.addEventListener("pointerover", point);
for (const box of document.querySelectorAll("[data-timeline]")) place(box);
