// Names of counties and ZIP codes, where a shape is large enough to hold its own and
// none runs into another.
const L = window.L;
const MOST = 70;
const ROOM = { county: [72, 22], zip: [46, 20] }; // what a name needs, in pixels

export class Labels {
  constructor(map, shapes) {
    this.map = map;
    this.shapes = shapes;
    this.group = L.layerGroup().addTo(map);
  }

  refresh() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.#write());
  }

  #write() {
    this.group.clearLayers();
    const here = this.map.getBounds();
    const zips = [...this.#large("zip", here)];
    // Names of ZIP codes take the place of those of counties.
    const chosen = zips.length > 3 ? zips : [...this.#large("county", here)];
    const taken = [];
    for (const [shape, middle] of chosen) {
      const [wide, high] = ROOM[shape.kind];
      const here = this.map.latLngToLayerPoint(middle);
      const meets = ({ x, y }) => Math.abs(x - here.x) < wide && Math.abs(y - here.y) < high;
      if (taken.length === MOST || taken.some(meets)) continue;
      taken.push(here);
      this.#name(shape, middle);
    }
  }

  *#large(kind, here) {
    const [wide, high] = ROOM[kind];
    for (const layer of this.shapes[kind].values()) {
      const bounds = layer.getBounds();
      const middle = bounds.getCenter();
      if (!here.contains(middle)) continue;
      const one = this.map.latLngToLayerPoint(bounds.getNorthWest());
      const other = this.map.latLngToLayerPoint(bounds.getSouthEast());
      if (other.x - one.x < wide || other.y - one.y < high) continue;
      yield [layer.shape, middle];
    }
  }

  #name(shape, middle) {
    const text = document.createElement("span");
    text.textContent = shape.name;
    L.marker(middle, {
      pane: "labels",
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ className: `map-label is-${shape.kind}`, html: text, iconSize: null }),
    }).addTo(this.group);
  }
}
