// The visit form under the thumb. Without this module it still works: the
// search is then a button, and a chosen day is typed.
const form = document.querySelector("#visit-form");
const offered = form.querySelector("#people-offered");
const search = form.querySelector("input[name=search]");
const found = () => form.querySelector("#found-people");

// Searching while typing needs no button, and Enter must not press it.
if (window.htmx) form.querySelector("[data-find]").remove();

function clearSearch() {
  search.value = "";
  found().replaceChildren();
}

// Who was found joins those offered; a practice that was found is the place.
form.addEventListener("change", (event) => {
  const { target } = event;
  settleError(target);
  if (found().contains(target)) {
    if (target.name === "physicians") {
      const twin = [...offered.querySelectorAll("input")].find(
        (input) => input.value === target.value,
      );
      if (twin) twin.checked = true;
      else offered.append(target.closest("label"));
    }
    askPlaces().then(clearSearch);
    search.focus({ preventScroll: true });
  } else if (target.name === "physicians") {
    askPlaces();
  }
  if (target.name === "when") {
    form.elements.visited_on.value = "";
    form.elements.visited_at.value = "";
  }
  if (target.name === "visited_on") {
    for (const chip of form.querySelectorAll("[name=when]")) chip.checked = false;
  }
});

// An answer takes its complaint away.
function settleError(target) {
  const field = target.closest("fieldset, .visit-field");
  field?.querySelector(":scope > .visit-error")?.remove();
  for (const input of field?.querySelectorAll("[aria-invalid]") ?? []) {
    input.removeAttribute("aria-invalid");
    input.classList.remove("is-invalid");
  }
}

function askPlaces() {
  const places = form.querySelector("#visit-places");
  const asked = new URLSearchParams({ pinned: form.dataset.pinned });
  const values = new FormData(form);
  for (const name of ["physicians", "practice"]) {
    for (const value of values.getAll(name)) asked.append(name, value);
  }
  return window.htmx.ajax("GET", `${form.dataset.places}?${asked}`, {
    target: places,
    swap: "outerHTML",
  });
}

// The arrow keys walk from the search through what was found.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  const inputs = [...found().querySelectorAll("input")];
  const place = inputs.indexOf(event.target);
  if (event.target === search && event.key === "Enter") {
    event.preventDefault();
    inputs[0]?.click();
  } else if (event.target === search && event.key === "ArrowDown" && inputs.length) {
    event.preventDefault();
    inputs[0].focus();
  } else if (place >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const next = place + (event.key === "ArrowDown" ? 1 : -1);
    (inputs[next] ?? search).focus();
  } else if (place >= 0 && event.key === "Enter") {
    event.preventDefault();
    event.target.click();
  } else if (event.key === "Escape" && (event.target === search || place >= 0)) {
    clearSearch();
    search.focus();
  }
});
