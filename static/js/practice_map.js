// Practices on the map: markers in clusters, a card at each, and who is near.
import { openMap } from "./map.js";
import { iconOf, clusterIcon } from "./practice_markers.js";

const L = window.L;
const CLOSE = 13; // the zoom at which one practice is shown
const RECENT = [30, 90, 180];

const page = document.getElementById("practice-map");
const map = openMap(document.getElementById("practices"));
const clusters = L.markerClusterGroup({
  iconCreateFunction: clusterIcon,
  showCoverageOnHover: false,
  maxClusterRadius: 56,
  animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  chunkedLoading: true,
});
const markers = new Map();
let colour = page.querySelector("[name=colour]:checked").value;

// On a phone the map or the list, beside each other where there is room.
function show(name) {
  page.dataset.shown = name;
  for (const button of page.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", button.dataset.show === name);
  }
  map.leaflet.invalidateSize();
}

for (const hidden of page.querySelectorAll(".practice-map-choice, .practice-map-place, [data-practice]")) {
  hidden.hidden = false;
}
page.querySelector(".practice-map-choice").addEventListener("click", ({ target }) => {
  const button = target.closest("[data-show]");
  if (button) show(button.dataset.show);
});
show("map");

// Markers ------------------------------------------------------------------------

function toneOf(practice) {
  if (colour === "stage") return practice.stage;
  if (colour === "tier") return practice.tier || "none";
  if (practice.days === null) return "never";
  return String(RECENT.find((days) => practice.days <= days) ?? "more");
}

function keyOf(practice) {
  const dot = page.querySelector(`[data-legend="${colour}"] [data-tone="${toneOf(practice)}"]`);
  return {
    tone: `is-${colour}-${dot.dataset.tone}`,
    mark: dot.dataset.mark,
    label: dot.nextElementSibling.textContent,
  };
}

function marked(practice) {
  const place = [practice.north / 1e5, practice.east / 1e5];
  const marker = L.marker(place, { icon: iconOf(practice, keyOf(practice)) });
  marker.practice = practice;
  marker.on("click", () => open(marker));
  markers.set(practice.pk, marker);
  return marker;
}

// The places come as columns.
async function load() {
  const response = await fetch(page.dataset.places);
  if (!response.ok) throw new Error(response.status);
  const columns = await response.json();
  const names = Object.keys(columns);
  const practices = columns.pk.map((_, row) =>
    Object.fromEntries(names.map((name) => [name, columns[name][row]])),
  );
  clusters.addLayers(practices.map(marked));
  await map.drawn;
  map.leaflet.addLayer(clusters);
  map.fit(clusters.getBounds(), { padding: [32, 32], maxZoom: CLOSE });
  page.dataset.ready = "yes";
}

load().catch(() => {
  if (!map.leaving) map.say("The practices could not be loaded. Reload the page.");
});

// A card at a marker ---------------------------------------------------------------

async function open(marker) {
  const { pk, name, about } = marker.practice;
  const card = document.createElement("div");
  card.textContent = name;
  marker.unbindPopup().bindPopup(card, { maxWidth: 280, minWidth: 245, autoPanPadding: [16, 16] }).openPopup();
  const url = page.dataset.card.replace("/0/", `/${pk}/`);
  const response = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!response?.ok) {
    card.textContent = `${name}: its card could not be loaded.`;
    return;
  }
  const found = new DOMParser().parseFromString(await response.text(), "text/html");
  card.replaceChildren(...found.body.childNodes);
  if (about) {
    const note = document.createElement("p");
    note.className = "text-secondary small";
    note.textContent = "About here: the middle of its ZIP code.";
    card.append(note);
  }
  marker.getPopup().update();
  card.querySelector("a")?.focus({ preventScroll: true });
}

function goTo(marker) {
  show("map");
  clusters.zoomToShowLayer(marker, () => open(marker));
  map.element.scrollIntoView({ block: "nearest" });
}

page.querySelector(".practice-map-list").addEventListener("click", ({ target }) => {
  const button = target.closest("[data-practice]");
  if (!button) return;
  const marker = markers.get(Number(button.dataset.practice));
  if (marker) {
    goTo(marker);
  } else {
    map.say("This practice has no place on the map.");
    show("map");
  }
});

// Colours --------------------------------------------------------------------------

page.addEventListener("change", ({ target }) => {
  if (target.name !== "colour") return;
  colour = target.value;
  for (const legend of page.querySelectorAll("[data-legend]")) {
    legend.hidden = legend.dataset.legend !== colour;
  }
  for (const marker of markers.values()) {
    marker.setIcon(iconOf(marker.practice, keyOf(marker.practice)));
  }
  const address = new URL(location);
  address.searchParams.set("colour", colour);
  history.replaceState(null, "", address);
});

// Near me: on a tap alone, and the place never leaves the browser ---------------------

page.querySelector("[data-near]").addEventListener("click", () => {
  if (!navigator.geolocation) {
    map.say("This browser does not tell where you are.");
    return;
  }
  map.say("Looking for where you are.");
  navigator.geolocation.getCurrentPosition(here, () => {
    map.say("Where you are is not known. Allow it in the browser, then try again.");
  }, { timeout: 15000, maximumAge: 60000 });
});

let standing;

function here({ coords }) {
  const place = L.latLng(coords.latitude, coords.longitude);
  standing?.remove();
  standing = L.circleMarker(place, { radius: 9, className: "here", interactive: false }).addTo(map.leaflet);
  const nearest = [...markers.values()]
    .map((marker) => [marker.getLatLng().distanceTo(place) / 1609.344, marker])
    .sort(([one], [other]) => one - other)
    .slice(0, 5);
  if (!nearest.length) return;
  const bounds = L.latLngBounds([place, ...nearest.map(([, marker]) => marker.getLatLng())]);
  map.fit(bounds, { padding: [40, 40], maxZoom: CLOSE + 1 });
  const [miles, marker] = nearest[0];
  map.say(`The nearest practice is ${marker.practice.name}, ${miles.toFixed(1)} miles away as the crow flies.`);
}
