// The shell: what of Liaison CRM works without a signal, on the address asked for.
import { personChip, placeChips, topicChip } from "./chips.js";
import { me } from "./device.js";
import { make } from "./dom.js";
import { day } from "./outbox.js";
import { guesses, hour, missedOf, panel, placesOf, stopOf, stopsOf } from "./panel.js";

const section = (name) => document.querySelector(`#offline-${name}`);
const title = document.querySelector(".page-title");
const asked = (name) => Number(new URLSearchParams(location.search).get(name)) || null;

// The other parts go: a form that nobody sees would hide the bar.
function open(name, heading) {
  for (const other of ["nobody", "today", "form", "outbox"]) {
    if (other !== name) section(other).remove();
  }
  section(name).hidden = false;
  title.textContent = heading;
  document.title = `${heading} · Liaison CRM`;
  document.querySelector(`[data-tab=${name}]`)?.setAttribute("aria-current", "page");
}

function stopCard(stop) {
  const { practice } = stop;
  const card = document.querySelector("#offline-stop").content.cloneNode(true).firstElementChild;
  const part = (name) => card.querySelector(name);
  card.dataset.stop = stop.key;
  part(".stop-time").textContent = hour(stop.at) || "Any time";
  part(".stop-name").textContent = practice.name;
  part("[data-met]").textContent = stop.people.map((one) => one.name).join(", ");
  part("[data-address]").textContent = practice.address;
  part("[data-log]").href = `/visits/log/?visit=${stop.key}`;
  const map = "https://www.google.com/maps/dir/?api=1&destination=";
  if (practice.address) part("[data-map]").href = map + encodeURIComponent(practice.address);
  else part("[data-map]").remove();
  if (practice.phone) part("[data-call]").href = `tel:${encodeURIComponent(practice.phone)}`;
  else part("[data-call]").remove();
  return card;
}

async function showToday(data) {
  const stops = stopsOf(data);
  const missed = missedOf(data);
  section("stops").replaceChildren(...stops.map(stopCard));
  section("no-stops").hidden = stops.length > 0;
  section("missed").replaceChildren(...missed.map(stopCard));
  section("missed").parentElement.hidden = !missed.length;
}

function fillForm(data) {
  const form = document.querySelector("#visit-form");
  const stop = stopOf(data, asked("visit"));
  const people = form.querySelector("#people-offered");
  const physician = data.physicians.get(asked("physician"));
  const known = guesses(data).filter(({ key }) => key !== physician?.key);
  if (stop) {
    const met = stop.people.filter((one) => one.key);
    people.replaceChildren(...met.map((one) => personChip({ ...one, place: stop.practice.name }, true)));
    form.elements.staff.value = stop.people.filter((one) => !one.key).map((one) => one.name).join(", ");
    form.querySelector("#visit-places").replaceChildren(...placeChips([{ ...stop.practice, isChosen: true }]));
    form.querySelector(`[name=kind][value=${stop.kind}]`).checked = true;
    form.dataset.visit = stop.key;
  } else {
    const chosen = physician ? [personChip({ ...physician, place: "" }, true)] : [];
    people.replaceChildren(...chosen, ...known.map((one) => personChip(one)));
    const practice = data.practices.get(asked("practice"));
    const places = physician ? placesOf(data, [physician.key], practice?.key) : practice ? [{ ...practice, isChosen: true }] : [];
    form.querySelector("#visit-places").replaceChildren(...placeChips(places));
  }
  form.querySelector("[name=topics]")?.closest(".form-selectgroup").replaceChildren(...data.topics.map((name) => topicChip(name)));
  form.elements.service_line.append(...data.service_lines.map(({ key, name }) => make("option", { value: key }, name)));
  if (stop && stop.on < day()) {
    form.elements.visited_on.value = stop.on; // logged late: held on its day
    for (const chip of form.querySelectorAll("[name=when]")) chip.checked = false;
  }
}

async function begin() {
  const owner = await me;
  const data = await panel();
  const path = location.pathname;
  if (!owner) {
    open("nobody", "No signal");
  } else if (path === "/visits/log/") {
    open("form", "Log a visit");
    fillForm(data);
    await import("./visit_form.js");
  } else if (path === "/visits/outbox/") {
    open("outbox", "Waiting to be sent");
    await import("./outbox_list.js");
  } else {
    open("today", "Today");
    section("elsewhere").hidden = ["/", "/today/", "/offline/"].includes(path);
    await showToday(data);
  }
  await import("./outbox_frame.js");
  if (owner && !data.isKept) section("unkept").hidden = false;
  document.body.dataset.ready = "yes";
}

const again = section("again");

function sayIfThereIsASignal() {
  again.hidden = !navigator.onLine;
  section("lost").hidden = navigator.onLine;
}

addEventListener("online", sayIfThereIsASignal);
addEventListener("offline", sayIfThereIsASignal);
again.querySelector("button").addEventListener("click", () => location.reload());
begin();
