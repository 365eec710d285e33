// The shapes of a state: fetched as TopoJSON, taken apart for Leaflet.
const { feature, mesh } = window.topojson;

export async function loadShapes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const topology = await response.json();
  return {
    topology,
    shapes: feature(topology, topology.objects.shapes),
    approximate: Boolean(topology.approximate),
    source: topology.source ?? "",
    withoutShape: topology.without_shape ?? [],
  };
}

// The line around all shapes has a shape on one side only, others on both.
export function linesOf({ topology }) {
  const lines = (filter) => mesh(topology, topology.objects.shapes, filter);
  return {
    outline: lines((one, other) => one === other),
    borders: lines((one, other) => one !== other),
  };
}
