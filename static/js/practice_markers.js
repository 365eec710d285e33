// What stands for a practice, and for several close together.
const L = window.L;

// An icon that says in words what it shows, too.
const SpokenIcon = L.DivIcon.extend({
  createIcon(old) {
    const element = L.DivIcon.prototype.createIcon.call(this, old);
    element.setAttribute("aria-label", this.options.says);
    return element;
  },
});

export function iconOf(practice, { tone, mark, label }) {
  const dot = document.createElement("span");
  dot.className = `dot ${tone}${practice.about ? " is-about" : ""}`;
  dot.textContent = mark;
  return new SpokenIcon({
    className: "marker",
    html: dot,
    iconSize: [44, 44],
    says: `${practice.name}, ${label}`,
  });
}

export function clusterIcon(cluster) {
  const count = cluster.getChildCount();
  const circle = document.createElement("span");
  circle.className = `cluster is-${count < 10 ? "small" : count < 100 ? "middle" : "large"}`;
  circle.textContent = count;
  return new SpokenIcon({
    className: "marker",
    html: circle,
    iconSize: [52, 52],
    says: `${count} practices here: zoom in`,
  });
}
