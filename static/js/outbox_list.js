// The page of what waits on this device, one's own alone: why, and what can be done.
import { me } from "./device.js";
import { make } from "./dom.js";
import { reopen } from "./drafts.js";
import { changed, day, discard, drain, listen, mine } from "./outbox.js";
import { change } from "./store.js";

const list = document.querySelector("#outbox-list");
const dialog = document.querySelector("#outbox-discard");
const clock = (ms) =>
  new Date(ms).toLocaleString([], { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });

function stateOf(entry) {
  if (entry.state === "refused") return "Not saved: it needs you";
  if (entry.state === "held") return "Will be sent in a moment";
  return `Waits: ${entry.reason || "sending"}`;
}

// The form again, with what was typed and what was said to it.
async function edit(entry) {
  const { uid, errors, draft } = entry;
  const values = { ...draft.values };
  if (!values.visited_on?.[0]) {
    // "Now" was then.
    const on = new Date(entry.saved_ms);
    if (values.when?.[0] === "yesterday") on.setDate(on.getDate() - 1);
    values.visited_on = [day(on)];
    if (values.when?.[0] === "now") values.visited_at = [entry.at.slice(11, 16)];
    delete values.when;
  }
  await reopen(entry, { ...draft, values, errors, instead_of: uid });
}

async function sendAsItsOwn({ uid }) {
  await change("entries", uid, (entry) =>
    entry && { ...entry, visit: null, state: "waiting", errors: undefined, why: "" },
  );
  changed();
  drain();
}

function askToDiscard({ uid, who }) {
  dialog.querySelector("[data-who]").textContent = who;
  dialog.returnValue = "";
  dialog.onclose = () => dialog.returnValue === "discard" && discard(uid);
  dialog.showModal();
}

function card(entry) {
  const isRefused = entry.state === "refused";
  const button = (text, act, tone = "") =>
    make("button", { type: "button", class: `btn ${tone}`, click: () => act(entry) }, text);
  const texts = Object.values(entry.errors ?? {}).flat();
  return make(
    "article",
    { class: "outbox-entry" },
    make("div", { class: "outbox-who" }, entry.who),
    make("div", {}, entry.where),
    make("div", { class: "text-secondary" }, `Saved ${clock(entry.saved_ms)}`),
    make("div", { class: isRefused ? "outbox-state is-refused" : "outbox-state" }, stateOf(entry)),
    texts.length ? make("ul", { class: "outbox-errors" }, ...texts.map((text) => make("li", {}, text))) : undefined,
    make(
      "div",
      { class: "outbox-buttons" },
      isRefused ? button("Edit and send again", edit, "btn-primary") : undefined,
      entry.why === "stop" ? button("Send as a visit of its own", sendAsItsOwn) : undefined,
      button("Discard", askToDiscard),
    ),
  );
}

async function show() {
  const entries = (await me) ? await mine() : [];
  list.replaceChildren(...entries.map(card));
  document.querySelector("#outbox-empty").hidden = entries.length > 0;
}

listen(show);
show();
