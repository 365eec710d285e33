// A map of states, counties and ZIP codes that pages build upon; they import openMap.
//
//   {% include "components/_map.html" with id="territory-map" label="Territories" states=states only %}
//   const map = openMap(document.getElementById("territory-map"), { zips: "always" });
//
// `states` are accounts.maps.states_of(zip_codes). Options: `zips` is "near" (the
// default: once a county fills the screen), "always" or "never"; `target` is what can
// be chosen, "zip", "county" or "" (the default: nothing).
//
//   element.map                     the same, for whoever has the element
//   map.leaflet                     the L.Map: add layers of your own to it
//   await map.drawn                 all counties, and ZIP codes if "always", are there
//   map.target = "zip"              from now on clicks and strokes find ZIP codes
//   map.strokes = true              a finger or mouse draws strokes and moves no map;
//                                   two fingers, wheel, buttons and arrow keys still do
//   map.paint("zip", "37064", "is-mine")    the CSS classes of a shape, in place of those
//                                   painted before; kept for shapes that come later
//   map.frame("zip", ["37064"])     moves to these shapes, or to all states without codes
//   map.fit(bounds)                 moves to an L.LatLngBounds
//   map.say("3 ZIP codes added")    shown below the map, and read out
//
// Events, on the element, with detail {kind, code, name, state}:
//   map:choose   clicked, tapped, or Enter with the shape under the crosshair
//   map:over     a stroke came over the shape; once for each shape and stroke
//   map:stroke   a stroke ended; detail {kind, codes}
//   map:shapes   a layer was drawn; detail {kind, state, withoutShape}
//
// Colours are CSS: .map-shape, .map-zip, .map-county and whatever `paint` gives. With
// the keyboard: Tab to the map, arrows move it under a crosshair, + and - zoom, Enter
// chooses. Every action on a map needs its like in a list beside it all the same.
import { Labels } from "./map_labels.js";
import { linesOf, loadShapes } from "./map_shapes.js";
import { followStrokes } from "./map_strokes.js";

const L = window.L;
const NEAR = 8; // the zoom from which ZIP codes are drawn
const CLOSEST = 16;

export function openMap(element, options = {}) {
  return new StateMap(element, { zips: "near", target: "", ...options });
}

class StateMap {
  constructor(element, options) {
    this.element = element;
    element.map = this;
    this.options = options;
    this.shapes = { county: new Map(), zip: new Map() };
    this.painted = { county: new Map(), zip: new Map() };
    this.states = [...element.querySelectorAll("[data-state]")].map((item) => ({
      ...item.dataset,
      asked: {},
    }));
    this.status = element.querySelector(".map-status");
    this.note = element.querySelector(".map-approximate");
    this.credit = element.querySelector(".map-source");
    this.sources = new Set();
    this.leaflet = this.#open(element.querySelector(".map-canvas"));
    this.labels = new Labels(this.leaflet, this.shapes);
    this.target = options.target;
    this.#keys();
    followStrokes(this);
    this.drawn = this.#draw();
  }

  #open(canvas) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(canvas, {
      zoomAnimation: !calm,
      fadeAnimation: !calm,
      markerZoomAnimation: !calm,
      inertia: !calm,
      zoomControl: false,
      minZoom: 3,
      maxZoom: CLOSEST,
      attributionControl: false,
    });
    L.control.zoom({ position: "topright" }).addTo(map);
    for (const [name, order] of [["county", 401], ["zip", 402], ["lines", 403], ["labels", 450]]) {
      map.createPane(name).style.zIndex = order;
    }
    map.setView([39, -96], 4);
    this.#tiles(map);
    map.on("moveend", () => this.#moved());
    return map;
  }

  #tiles(map) {
    const { tiles, attribution } = this.element.dataset;
    if (!tiles) return;
    // Tile servers turn away who does not say whose pages these are.
    L.tileLayer(tiles, { maxZoom: CLOSEST, referrerPolicy: "strict-origin" }).addTo(map);
    if (!attribution) return;
    const text = document.createElement("span");
    text.textContent = attribution;
    L.control.attribution({ prefix: false }).addAttribution(text.innerHTML).addTo(map);
  }

  // Layers -----------------------------------------------------------------------

  async #draw() {
    await Promise.all(this.states.map((state) => this.#layer("county", state)));
    this.frame();
    if (this.options.zips === "always") {
      await Promise.all(this.states.map((state) => this.#layer("zip", state)));
    }
  }

  #layer(kind, state) {
    state.asked[kind] ??= this.#fetch(kind, state);
    return state.asked[kind];
  }

  async #fetch(kind, state) {
    let found;
    try {
      found = await loadShapes(kind === "zip" ? state.zips : state.counties);
    } catch (error) {
      if (error.name !== "AbortError" && !this.leaving) {
        this.say(`The shapes of ${state.name} could not be loaded. Reload the page.`);
      }
      return;
    }
    L.geoJSON(found.shapes, {
      pane: kind,
      className: `map-shape map-${kind}`,
      smoothFactor: 0.5,
      onEachFeature: (feature, layer) => this.#add(kind, state, feature, layer),
    }).addTo(this.leaflet);
    if (kind === "county") this.#lines(state, found);
    if (kind === "zip") this.#credits(found);
    this.labels.refresh();
    this.emit("map:shapes", { kind, state: state.state, withoutShape: found.withoutShape });
  }

  // Whose shapes these are: a file's, cells of our own, or both.
  #credits({ source, approximate }) {
    if (!source) {
      if (approximate) this.note.hidden = false;
      return;
    }
    this.sources.add(approximate ? `${source}, approximate where it has none` : source);
    this.credit.textContent = `Shapes of ZIP codes: ${[...this.sources].sort().join("; ")}.`;
    this.credit.hidden = false;
  }

  #add(kind, state, feature, layer) {
    const name = feature.properties.name || feature.id;
    layer.shape = { kind, code: feature.id, name, state: state.state };
    this.shapes[kind].set(feature.id, layer);
    layer.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      if (!this.strokes) this.choose(layer.shape);
    });
    layer.on("add", () => {
      const path = layer.getElement();
      path.shape = layer.shape;
      path.classList.add(...this.#classes(kind, feature.id));
    });
  }

  #lines(state, found) {
    const { outline, borders } = linesOf(found);
    const options = { pane: "lines", interactive: false };
    L.geoJSON(borders, { ...options, className: "map-border" }).addTo(this.leaflet);
    const around = L.geoJSON(outline, { ...options, className: "map-state" });
    state.bounds = around.addTo(this.leaflet).getBounds();
  }

  #classes(kind, code) {
    return (this.painted[kind].get(code) || "").split(" ").filter(Boolean);
  }

  #moved() {
    const near = this.leaflet.getZoom() >= NEAR;
    const { zips } = this.options;
    this.element.classList.toggle("is-near", near || zips === "always");
    if (near && zips === "near") {
      const here = this.leaflet.getBounds();
      const seen = this.states.filter(({ bounds }) => bounds?.intersects(here));
      for (const state of seen) this.#layer("zip", state);
    }
    this.labels.refresh();
    this.#underCrosshair();
  }

  // What pages ask for -----------------------------------------------------------

  get target() {
    return this.element.dataset.target;
  }

  set target(kind) {
    this.element.dataset.target = kind;
  }

  get strokes() {
    return this.element.classList.contains("is-painting");
  }

  set strokes(on) {
    this.element.classList.toggle("is-painting", on);
    this.leaflet.dragging[on ? "disable" : "enable"]();
  }

  paint(kind, code, classes) {
    const path = this.shapes[kind].get(code)?.getElement();
    path?.classList.remove(...this.#classes(kind, code));
    this.painted[kind].set(code, classes);
    path?.classList.add(...this.#classes(kind, code));
  }

  frame(kind, codes) {
    const bounds = L.latLngBounds([]);
    const boxes = codes
      ? codes.map((code) => this.shapes[kind].get(code)?.getBounds())
      : this.states.map((state) => state.bounds);
    for (const box of boxes) if (box) bounds.extend(box);
    this.fit(bounds);
  }

  // At once: a move that is still gliding would be lost to the next one.
  fit(bounds, options) {
    if (!bounds.isValid()) return;
    this.leaflet.fitBounds(bounds, { padding: [16, 16], animate: false, ...options });
  }

  say(text) {
    this.status.textContent = text;
  }

  choose(shape) {
    this.emit("map:choose", shape);
  }

  emit(name, detail) {
    this.element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  // The shape that can be chosen at a point of the screen.
  shapeAt(x, y) {
    const path = document.elementsFromPoint(x, y).find((found) => found.shape);
    return path?.shape.kind === this.target ? path.shape : null;
  }

  // The keyboard -----------------------------------------------------------------

  #keys() {
    const canvas = this.leaflet.getContainer();
    addEventListener("pagehide", () => (this.leaving = true));
    canvas.addEventListener("focus", () => this.#underCrosshair());
    canvas.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== canvas) return;
      const shape = this.#middle();
      if (!shape) return;
      event.preventDefault();
      this.choose(shape);
    });
  }

  #middle() {
    const box = this.leaflet.getContainer().getBoundingClientRect();
    return this.shapeAt(box.left + box.width / 2, box.top + box.height / 2);
  }

  #underCrosshair() {
    const canvas = this.leaflet?.getContainer();
    if (!this.target || !canvas?.matches(":focus-visible")) return;
    this.say(this.#middle()?.name ?? "Nothing here");
  }
}
