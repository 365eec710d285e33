// Paints territories: ZIP codes take another colour until the form is sent.
//
// The page includes accounts/_painter.html. Its JSON names the brushes ({key, name,
// colour}) and, per state, the address that tells whose each ZIP code is:
// {code: [key, county]}, key 0 for nobody and -1 for somebody out of sight.
import { openMap } from "./map.js";

const NOBODY = 0;
const ELSEWHERE = -1;
const NAMED = 12; // ZIP codes of a move that are named

class Painter {
  constructor(root) {
    const settings = JSON.parse(root.querySelector("#painter-settings").textContent);
    this.root = root;
    this.sources = settings.holders;
    this.brushes = new Map(settings.brushes.map((brush) => [brush.key, brush]));
    this.holder = new Map();
    this.county = new Map();
    this.loading = {};
    this.form = root.querySelector("form");
    this.field = this.form.elements.targets;
    this.targets = new Map(Object.entries(this.#kept()).map(([code, key]) => [code, key ?? NOBODY]));
    this.steps = [];
    this.element = root.querySelector(".map");
    this.map = openMap(this.element, { zips: Object.keys(this.sources).length > 2 ? "near" : "always", target: "zip" });
    this.#listen();
    this.#show();
    this.#frame();
  }

  // All that belongs to somebody in sight, if anything does.
  async #frame() {
    await Promise.all([this.map.drawn, ...Object.keys(this.sources).map((state) => this.#load(state))]);
    const codes = [...this.holder].filter(([, key]) => key > NOBODY).map(([code]) => code);
    if (codes.length) this.map.frame("zip", codes);
  }

  // What an answer that refused the form gives back.
  #kept() {
    try {
      return JSON.parse(this.field.value || "{}") || {};
    } catch {
      return {};
    }
  }

  #listen() {
    this.element.addEventListener("map:choose", ({ detail }) => this.#choose(detail));
    this.element.addEventListener("map:over", ({ detail }) => this.#choose(detail, true));
    this.element.addEventListener("map:stroke", () => (this.stroke = null));
    this.root.addEventListener("change", ({ target }) => {
      if (target.name === "kind") this.map.target = target.value;
      if (target.name === "gesture") this.map.strokes = target.value === "paint";
    });
    this.root.querySelector("[data-undo]").addEventListener("click", () => this.#undo());
    this.root.querySelector("[data-clear]").addEventListener("click", () => this.#clear());
    this.form.addEventListener("submit", () => (this.isSent = true));
    addEventListener("beforeunload", (event) => {
      if (this.targets.size && !this.isSent) event.preventDefault();
    });
    addEventListener("pageshow", () => (this.isSent = false));
  }

  #load(state) {
    this.loading[state] ??= this.#fetch(state);
    return this.loading[state];
  }

  async #fetch(state) {
    const response = await fetch(this.sources[state]);
    if (!response.ok) {
      this.map.say("Whose ZIP codes these are could not be loaded. Reload the page.");
      return;
    }
    for (const [code, [key, county]] of Object.entries(await response.json())) {
      this.holder.set(code, key);
      if (!this.county.has(county)) this.county.set(county, []);
      this.county.get(county).push(code);
      this.#colour(code);
    }
    this.#show();
  }

  get brush() {
    return Number(this.root.querySelector("[name=brush]:checked")?.value ?? NaN);
  }

  async #choose(shape, isStroke = false) {
    await this.#load(shape.state);
    const key = this.brush;
    if (Number.isNaN(key)) {
      this.map.say("Choose a territory first, then the ZIP codes it gets.");
      return;
    }
    const codes = shape.kind === "county" ? (this.county.get(shape.code) ?? []) : [shape.code];
    const step = isStroke ? (this.stroke ??= this.#begin()) : this.#begin();
    // Once more on the same shape takes it back.
    const isBack = !isStroke && codes.every((code) => this.#whose(code) === key) && codes.some((code) => this.targets.has(code));
    const foreign = codes.filter((code) => this.holder.get(code) === ELSEWHERE);
    for (const code of codes) {
      if (this.holder.get(code) !== ELSEWHERE) this.#set(step, code, isBack ? this.holder.get(code) : key);
    }
    this.#show();
    const said = foreign.length ? `, ${foreign.length} not yours to move` : "";
    this.map.say(`${shape.name}: ${isBack ? "taken back" : this.#name(key)}${said}`);
  }

  #begin() {
    const step = new Map();
    this.steps.push(step);
    return step;
  }

  #set(step, code, key) {
    if (this.#whose(code) === key) return;
    if (!step.has(code)) step.set(code, this.targets.get(code));
    if (this.holder.get(code) === key) this.targets.delete(code);
    else this.targets.set(code, key);
    this.#colour(code);
  }

  #whose(code) {
    return this.targets.get(code) ?? this.holder.get(code) ?? NOBODY;
  }

  #undo() {
    let step = this.steps.pop();
    while (step && !step.size) step = this.steps.pop();
    for (const [code, key] of step ?? []) {
      if (key === undefined) this.targets.delete(code);
      else this.targets.set(code, key);
      this.#colour(code);
    }
    this.#show();
  }

  #clear() {
    const codes = [...this.targets.keys()];
    this.targets.clear();
    this.steps = [];
    for (const code of codes) this.#colour(code);
    this.#show();
  }

  #colour(code) {
    const key = this.#whose(code);
    const brush = this.brushes.get(key);
    const classes = [brush ? `territory-${brush.colour}` : key === ELSEWHERE ? "is-elsewhere" : "is-hole"];
    if (this.targets.has(code)) classes.push("is-moving");
    this.map.paint("zip", code, classes.join(" "));
  }

  #name(key) {
    return key === ELSEWHERE ? "not yours" : (this.brushes.get(key)?.name ?? "no territory");
  }

  #show() {
    const groups = new Map();
    for (const [code, key] of [...this.targets].sort()) {
      const way = `from ${this.#name(this.holder.get(code) ?? NOBODY)} to ${this.#name(key)}`;
      if (!groups.has(way)) groups.set(way, []);
      groups.get(way).push(code);
    }
    const list = this.root.querySelector("[data-moves]");
    list.replaceChildren(...[...groups].map(([way, codes]) => moveOf(way, codes)));
    this.root.querySelector("[data-nothing]").hidden = this.targets.size > 0;
    for (const button of this.root.querySelectorAll("[data-needs-moves]")) button.disabled = !this.targets.size;
    this.field.value = JSON.stringify(Object.fromEntries([...this.targets].map(([code, key]) => [code, key || null])));
  }
}

function moveOf(way, codes) {
  const item = document.createElement("li");
  const number = document.createElement("strong");
  number.textContent = `${codes.length} ZIP code${codes.length === 1 ? "" : "s"}`;
  const named = document.createElement("div");
  named.className = "text-secondary";
  const more = codes.length - NAMED;
  named.textContent = codes.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  item.append(number, ` ${way}`, named);
  return item;
}

for (const root of document.querySelectorAll("[data-painter]")) new Painter(root);
