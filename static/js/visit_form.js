// The visit form under the thumb: searching with or without a signal, and a save that
// needs none. Without this module it still works: the search is then a button, and the
// form is sent as forms are.
import { foundPlaceChip, personChip, placeChips } from "./chips.js";
import { me } from "./device.js";
import { make, plural } from "./dom.js";
import { draftOf, dropDraft, keepDraft, keptDraft, putBack, toldBy } from "./drafts.js";
import { foundIn } from "./guard.js";
import { add, day, mine } from "./outbox.js";
import { find, panel, placesOf } from "./panel.js";

const form = document.querySelector("#visit-form");
const offered = form.querySelector("#people-offered");
const search = form.querySelector("input[name=search]");
const found = () => form.querySelector("#found-people");
const keysOf = (name) => [...form.querySelectorAll(`[name=${name}]:checked`)].map((it) => Number(it.value));
// Saved twice by a double tap, it is one.
let uid = crypto.randomUUID?.();
let draft;

// Searching while typing needs no button, and Enter must not press it.
form.querySelector("[data-find]").remove();

function clearSearch() {
  search.value = "";
  found().replaceChildren();
}

// Without a signal, and in the shell, the device's own panel is searched.
async function findHere() {
  const { people, places } = find(await panel(), search.value);
  const told = `${plural(people.length, "physician")}, ${plural(places.length, "practice")} found`;
  const none = `Nobody found for “${search.value}” among those whom this device keeps.`;
  const list = make("div", { class: "form-selectgroup visit-people" });
  list.append(...people.map((one) => personChip(one)), ...places.map(foundPlaceChip));
  const hint = search.value.trim() ? (list.children.length ? told : none) : "";
  found().replaceChildren(list, make("p", { class: "form-hint", role: "status" }, hint));
}

if (!window.htmx) search.addEventListener("input", findHere);
form.addEventListener("htmx:sendError", ({ target }) => {
  if (target === search) findHere();
  else askPlacesHere();
});

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
    askPlaces(target).then(clearSearch);
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

function askPlaces(foundPlace) {
  if (!window.htmx || !navigator.onLine) return askPlacesHere(foundPlace);
  const places = form.querySelector("#visit-places");
  const asked = new URLSearchParams({ pinned: form.dataset.pinned });
  const values = new FormData(form);
  for (const name of ["physicians", "practice"]) {
    for (const value of values.getAll(name)) asked.append(name, value);
  }
  return window.htmx.ajax("GET", `${form.dataset.places}?${asked}`, {
    source: form.querySelector("#visit-places"),
    target: places,
    swap: "outerHTML",
  });
}

async function askPlacesHere() {
  const data = await panel();
  const [chosen] = keysOf("practice");
  const physicians = keysOf("physicians");
  const places = placesOf(data, physicians, chosen);
  const alone = data.practices.get(chosen);
  if (!physicians.length && alone) places.push({ ...alone, isChosen: true });
  // Of somebody whom the device does not keep the place stays as it is.
  if (!places.length && physicians.length) return;
  form.querySelector("#visit-places").replaceChildren(...placeChips(places));
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

// Saving on this device ----------------------------------------------------------

// What the server would refuse for certain; it asks for all of it again.
function missing() {
  const values = toldBy(form);
  const has = (name) => values[name]?.some((value) => value.trim());
  const errors = {};
  const isNobody = !has("physicians") && !has("staff");
  if (isNobody && !(has("practice") && values.kind?.includes("drop_off"))) {
    errors.physicians = ["Choose whom you met, or name somebody of the staff."];
  } else if (!has("practice") && form.querySelector("#visit-places [name=practice]")) {
    errors.practice = ["Choose the practice."];
  } else if (!has("practice") && !has("physicians")) {
    errors.physicians = ["Find the practice where you met."];
  }
  if (!has("kind")) errors.kind = ["Say what kind of visit it was."];
  if (!has("outcome")) errors.outcome = ["Say how it went."];
  if (values.visited_on?.[0] > day()) {
    errors.visited_on = ["A visit that took place cannot lie in the future. Plan it instead."];
  }
  if (has("next_step_on") && !has("next_step")) errors.next_step = ["Say what the next step is."];
  return errors;
}

// What looks like a patient's: {name: told}, unless it was said why it may stand.
async function suspicions() {
  const told = {};
  if (form.elements.guard_reason?.value.trim()) return told;
  for (const field of form.querySelectorAll("[data-guard]")) {
    const found = await foundIn(field.value).catch(() => []);
    const looks = found.map(({ kind, text }) => `“${text}” looks like ${kind}`).join("; ");
    if (looks) told[field.name] = [`${looks}. Take it out, or say below why it may stand.`];
  }
  return told;
}

function askWhy(errors) {
  if (!Object.values(errors).flat().some((text) => text.includes("say below why"))) return;
  const asked = form.querySelector("[data-guard-reason]");
  if (!asked) return;
  asked.hidden = false;
  form.elements.guard_reason.type = "text";
  form.elements.guard_reason.classList.add("form-control");
}

function showErrors(errors) {
  askWhy(errors);
  for (const old of form.querySelectorAll(".visit-error, .visit-refused")) old.remove();
  let first;
  for (const [name, texts] of Object.entries(errors)) {
    const inputs = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    const field = { physicians: "#visit-people", practice: "#visit-places" }[name];
    const place = field ? form.querySelector(field) : inputs[0]?.closest(".visit-field");
    const error = make("div", { class: "visit-error", role: "alert", id: `id_${name}_error` }, texts.join(" "));
    if (place) {
      place.append(error);
      place.closest("details")?.setAttribute("open", "");
      for (const input of inputs) input.setAttribute("aria-invalid", "true");
      first ??= name === "physicians" ? search : inputs[0];
    } else {
      const text = make("div", { class: "alert alert-danger visit-refused", role: "alert" }, texts.join(" "));
      form.querySelector(".card-body").prepend(text);
    }
  }
  first?.focus();
}

const inWords = (names) => names.filter(Boolean).join(", ");

async function save() {
  const kept = draftOf(form);
  const staff = form.elements.staff.value.trim();
  const { user } = await me;
  await add({
    uid,
    user,
    values: toldBy(form),
    draft: kept,
    visit: Number(form.dataset.visit) || null,
    who: inWords([...kept.people.map((it) => it.name), staff]) || "a drop-off",
    where: kept.places[0]?.name ?? "",
    day: kept.values.visited_on?.[0] || day(),
    instead_of: draft?.instead_of,
  });
  await dropDraft();
}

async function submit(event) {
  event.preventDefault();
  const errors = { ...missing(), ...(await suspicions()) };
  if (Object.keys(errors).length) return showErrors(errors);
  try {
    if (!uid) throw new Error("No key can be made here.");
    await save();
  } catch {
    form.submit(); // the device keeps nothing: sent as forms are
    return;
  }
  if (navigator.onLine || navigator.serviceWorker?.controller) location.assign("/today/");
  else stayHere();
}

// Nothing can be opened now; the next visit can be typed.
function stayHere() {
  uid = crypto.randomUUID();
  form.reset();
  const told = "Saved on this device. It is sent as soon as there is a signal.";
  form.before(make("p", { class: "visit-back", role: "status" }, told));
}

// The same visit twice? A hint, no hindrance.
async function hintAtTwin() {
  const [place] = keysOf("practice");
  const people = keysOf("physicians");
  const on = form.elements.visited_on.value || day();
  const isTwin = (it) =>
    it.on === on && it.practice === place && (!people.length || it.people.some((key) => people.includes(key)));
  const waiting = (await mine()).filter((it) => it.uid !== draft?.instead_of).map((it) => ({
    on: it.day,
    practice: it.draft.places[0]?.key,
    people: it.draft.people.map((one) => one.key),
  }));
  const there = place && [...(await panel()).logged, ...waiting].some(isTwin);
  let hint = form.querySelector(".visit-twin");
  if (!there) return hint?.remove();
  if (hint) return undefined;
  hint = make("p", { class: "visit-twin", role: "status" }, "A visit there on this day is logged already. Saved again, this is a second one.");
  form.querySelector(".visit-save").before(hint);
  return undefined;
}

async function keep() {
  const typed = draftOf(form);
  for (const name of Object.keys(await suspicions())) delete typed.values[name];
  await keepDraft({ ...typed, instead_of: draft?.instead_of });
}

function sayItIsBack({ at_ms, errors }) {
  const at = new Date(at_ms).toLocaleString([], { weekday: "short", hour: "numeric", minute: "2-digit" });
  const anew = async () => {
    await dropDraft();
    location.reload();
  };
  const note = make(
    "div",
    { class: "visit-back", role: "status" },
    make("span", {}, `What you typed on ${at} is back.`),
    make("button", { type: "button", class: "btn", click: anew }, "Start anew"),
  );
  form.before(note);
  if (errors) showErrors(errors);
}

async function begin() {
  if (!(await me)) return;
  draft = await keptDraft();
  if (draft) {
    putBack(form, draft);
    sayItIsBack(draft);
  }
  const kept = () => keep().then(hintAtTwin).catch(() => {});
  form.addEventListener("input", kept);
  form.addEventListener("change", kept);
  form.addEventListener("htmx:afterSwap", kept);
  form.addEventListener("submit", submit);
  form.dataset.ready = "yes";
}

if ("outbox" in form.dataset) begin().catch(() => {});
