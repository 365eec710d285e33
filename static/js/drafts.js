// What is typed into the form for a visit, kept at each input and put back.
import { personChip, placeChips, topicChip } from "./chips.js";
import { me } from "./device.js";
import { get, put, take } from "./store.js";

const NOT_TYPED = new Set(["csrfmiddlewaretoken", "uid", "version", "search", "find"]);
// What a stop says already: told only if somebody changed it.
const OF_THE_STOP = new Set(["purpose", "service_line", "notes"]);
const ASKED_FOR = ["visit", "practice", "physician", "entry"];

// The address of this form, without what does not matter to it.
export function formPath() {
  const given = new URLSearchParams(location.search);
  const asked = new URLSearchParams();
  for (const name of ASKED_FOR) if (given.get(name)) asked.set(name, given.get(name));
  return asked.size ? `${location.pathname}?${asked}` : location.pathname;
}

async function draftKey() {
  const owner = await me;
  if (!owner) throw new Error("Nobody is signed in.");
  return `${owner.user} ${formPath()}`;
}

// The form again, for an entry that was taken back or refused.
export async function reopen(entry, draft = entry.draft) {
  const stop = entry.visit && entry.why !== "stop" ? `visit=${entry.visit}&` : "";
  const path = `/visits/log/?${stop}entry=${entry.uid}`;
  await put("drafts", `${entry.user} ${path}`, draft);
  location.assign(path);
}

export const keptDraft = async () => get("drafts", await draftKey());
export const keepDraft = async (draft) => put("drafts", await draftKey(), draft);
export const dropDraft = async () => take("drafts", await draftKey());

export function valuesOf(form) {
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (!NOT_TYPED.has(name)) (values[name] ??= []).push(value);
  }
  return values;
}

// What is sent: all that is typed, but for what stays as the stop says it.
export function toldBy(form) {
  const values = valuesOf(form);
  for (const name of OF_THE_STOP) {
    const field = form.elements[name];
    if (field && !field.value && !field.defaultValue) delete values[name];
  }
  return values;
}

// Values, and the names of who and what was chosen: no search may find them again.
export function draftOf(form) {
  const text = (input, part) => input.parentElement.querySelector(part)?.textContent.trim() ?? "";
  const chosen = (name) => [...form.querySelectorAll(`[name=${name}]:checked`)];
  return {
    values: valuesOf(form),
    people: chosen("physicians").map((input) => ({
      key: Number(input.value),
      name: text(input, ".visit-person-name"),
      place: text(input, ".visit-person-place"),
    })),
    places: chosen("practice").map((input) => ({
      key: Number(input.value),
      name: text(input, ".visit-person-name") || input.nextElementSibling.firstChild.textContent.trim(),
      isChosen: true,
    })),
    at_ms: Date.now(),
  };
}

export function putBack(form, { values, people, places }) {
  const offered = form.querySelector("#people-offered");
  const has = (name, value) => form.querySelector(`[name=${name}][value="${CSS.escape(value)}"]`);
  for (const person of people) {
    if (!has("physicians", person.key)) offered.append(personChip(person));
  }
  if (places.length && !has("practice", places[0].key)) {
    form.querySelector("#visit-places").replaceChildren(...placeChips(places));
  }
  const topics = form.querySelector("[name=topics]")?.closest(".form-selectgroup");
  for (const name of values.topics ?? []) {
    if (!has("topics", name)) topics?.append(topicChip(name));
  }
  for (const field of form.elements) {
    const told = values[field.name] ?? [];
    if (!field.name || NOT_TYPED.has(field.name)) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = told.includes(field.value);
    else if (told.length) field.value = told[0];
  }
  const rest = ["notes", "purpose", "next_step", "own_topics", "topics", "visited_on", "follow_ups"];
  if (rest.some((name) => values[name]?.some(Boolean))) form.querySelector(".visit-more").open = true;
  if (values.staff?.some(Boolean)) form.querySelector(".visit-staff").open = true;
}
