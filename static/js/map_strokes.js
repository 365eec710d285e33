// Strokes: shapes that a finger or the mouse runs over while it is down.

export function followStrokes(map) {
  const canvas = map.leaflet.getContainer();
  let stroke = null;

  function reach({ clientX, clientY }) {
    const shape = map.shapeAt(clientX, clientY);
    if (!shape || stroke.codes.has(shape.code)) return;
    stroke.codes.add(shape.code);
    map.emit("map:over", shape);
  }

  function end(event) {
    if (!stroke || event.pointerId !== stroke.pointer) return;
    const { kind, codes } = stroke;
    stroke = null;
    if (codes.size) map.emit("map:stroke", { kind, codes: [...codes] });
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (stroke && event.pointerId !== stroke.pointer) {
      end({ pointerId: stroke.pointer }); // a second finger zooms
      return;
    }
    const onControl = event.target.closest(".leaflet-control, .leaflet-popup");
    if (!map.strokes || event.button !== 0 || onControl) return;
    stroke = { pointer: event.pointerId, kind: map.target, codes: new Set() };
    reach(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || event.pointerId !== stroke.pointer) return;
    // A fast finger skips shapes: what lay between is told by the browser.
    for (const between of event.getCoalescedEvents?.() ?? []) reach(between);
    reach(event);
  });
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
}
