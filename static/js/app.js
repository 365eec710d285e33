// What every page does. Everything works without it, only less comfortably.
import { offerThemes } from "./theme.js";

offerThemes();

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
