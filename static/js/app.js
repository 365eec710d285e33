// What every page does. Everything works without it, only less comfortably.
import { guardTexts } from "./guard.js";
import { offerSearch } from "./search.js";
import { offerThemes } from "./theme.js";

offerThemes();
offerSearch();
guardTexts();

// The first field with an error gets the focus, so that it is seen and read out.
document.querySelector(".is-invalid, [aria-invalid='true']")?.focus();

// A second tap on "Save" sends nothing twice (the server would notice anyway).
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  setTimeout(() => delete form.dataset.sending, 5000);
});

// A menu closes when one of its links is chosen, something else is touched, and on Escape.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", ({ target }) => {
  closeMenus(target.closest("a.menu-item") ? null : target.closest("details.menu"));
});
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// On a list that can be changed: choose every row of the page, or none.
for (const button of document.querySelectorAll("[data-choose-all]")) {
  button.hidden = false;
  const name = button.dataset.chooseAll || "row";
  button.addEventListener("click", () => {
    const boxes = [...button.form.elements].filter((box) => box.name === name);
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}

// A table wider than its place can be scrolled with the keyboard, too.
function reachTables() {
  for (const box of document.querySelectorAll(".table-responsive")) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}

reachTables();
addEventListener("resize", reachTables);
document.addEventListener("htmx:afterSwap", reachTables);

// "n" opens the form for a visit, wherever nothing is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "n" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  document.querySelector(".app-menu-log, .app-log-visit")?.click();
});
