// Segments of the visit form, as templates/outreach/_person.html and its like draw them.
import { make } from "./dom.js";

export function chip({ name, value, type, checked }, ...parts) {
  const input = make("input", { type, name, value, class: "form-selectgroup-input" });
  input.checked = Boolean(checked);
  return make(
    "label",
    { class: "form-selectgroup-item" },
    input,
    make("span", { class: "form-selectgroup-label" }, ...parts),
  );
}

export function personChip({ key, name, place = "" }, checked = false) {
  const label = chip(
    { name: "physicians", value: key, type: "checkbox", checked },
    make("span", { class: "visit-person-name" }, name),
    make("span", { class: "visit-person-place" }, place),
  );
  label.classList.add("visit-person");
  return label;
}

export function foundPlaceChip({ key, name, address }) {
  const label = chip(
    { name: "practice", value: key, type: "radio" },
    make("span", { class: "visit-person-name" }, name),
    make("span", { class: "visit-person-place" }, address ?? ""),
  );
  label.classList.add("visit-person");
  return label;
}

export function placeChips(places) {
  if (!places.length) return [];
  const chips = places.map(({ key, name, city, isChosen }) =>
    chip(
      { name: "practice", value: key, type: "radio", checked: isChosen },
      name,
      city ? make("span", { class: "visit-person-place" }, city) : "",
    ),
  );
  return [
    make(
      "fieldset",
      {},
      make("legend", { class: "form-label" }, "At"),
      make("div", { class: "form-selectgroup" }, ...chips),
    ),
  ];
}

export const topicChip = (name, checked = false) =>
  chip({ name: "topics", value: name, type: "checkbox", checked }, name);
