// Search over any page: Ctrl+K or Cmd+K opens it, arrows and Enter choose.
// Without this module its links lead to a page that does the same.
const dialog = document.querySelector("#search");
const text = document.querySelector("#search-text");
const results = () => document.querySelector("#search-results");
const hits = () => [...results().querySelectorAll("a.search-hit")];

function openSearch() {
  document.querySelector("#menu")?.hidePopover?.();
  if (dialog && !dialog.open) dialog.showModal();
  text.focus();
  text.select();
}

// Enter in the field takes the first hit, if the hits are those of what is typed.
function firstHit() {
  const asked = text.value.trim().split(/\s+/).join(" ");
  return results().dataset.asked === asked ? hits()[0] : undefined;
}

function move(event) {
  const links = hits();
  const at = links.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !links.length || (at < 0 && document.activeElement !== text)) return;
  event.preventDefault();
  const next = links[at + step];
  if (next) next.focus();
  else if (at + step < 0) text.focus();
}

export function offerSearch() {
  if (!text) return;
  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    for (const key of document.querySelectorAll("[data-search-key]")) key.textContent = "⌘ K";
  }
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      openSearch();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest("[data-search]")) {
      event.preventDefault();
      openSearch();
    } else if (event.target.closest("[data-search-close]") || event.target === dialog) {
      dialog.close();
    }
  });
  results().parentElement.addEventListener("keydown", move);
  text.form.addEventListener("submit", (event) => {
    const hit = firstHit();
    if (!hit) return;
    event.preventDefault();
    hit.click();
  });
}
