// In the frame of every page: what waits, with its count and reason; Undo after a
// save; the worker that brings pages of ours without a signal.
import { me } from "./device.js";
import { make, plural } from "./dom.js";
import { reopen } from "./drafts.js";
import { drain, listen, mine, nextDue, refreshPanel, takeBack } from "./outbox.js";
import { get } from "./store.js";

const STALE_MS = 10 * 60 * 1000;
const strip = document.querySelector("#outbox-strip");
const toasts = document.querySelector("#outbox-toasts");
let timer;

const visits = (number) => `${plural(number, "visit")} ${number === 1 ? "waits" : "wait"}`;

function stripOf(entries) {
  const refused = entries.filter((entry) => entry.state === "refused");
  const waiting = entries.filter((entry) => entry.state === "waiting");
  const parts = [];
  if (refused.length) {
    const needs = `${plural(refused.length, "visit")} could not be saved: ${refused.length === 1 ? "it needs" : "they need"} you.`;
    parts.push(make("strong", {}, needs));
  }
  if (waiting.length) {
    const reason = waiting.map((entry) => entry.reason).find(Boolean) ?? "sending";
    parts.push(make("span", {}, `${visits(waiting.length)}: ${reason}.`));
    if (reason === "sign in to send") parts.push(signIn());
  }
  if (!parts.length) return [];
  return [...parts, make("a", { href: "/visits/outbox/", class: "btn" }, "Show")];
}

function signIn() {
  const next = encodeURIComponent(location.pathname + location.search);
  const href = `/accounts/login/?next=${next}`;
  return make("a", { href, class: "btn btn-primary" }, "Sign in to send");
}

function toastOf(entry) {
  const text = `Saved: ${entry.who}${entry.where ? `, ${entry.where}` : ""}`;
  return make(
    "div",
    { class: "outbox-toast", "data-uid": entry.uid },
    make("span", {}, text),
    make("button", { type: "button", class: "btn", click: () => undo(entry.uid) }, "Undo"),
  );
}

async function undo(uid) {
  const entry = await takeBack(uid);
  if (entry) await reopen(entry);
}

function show(element, children) {
  const before = element.textContent;
  if (children.map((child) => child.textContent).join("") === before) return;
  element.replaceChildren(...children);
}

// Stops of the day that are saved already, and which one comes next.
function markStops(entries) {
  const saved = new Set(entries.map((entry) => entry.visit).filter(Boolean));
  let next;
  for (const stop of document.querySelectorAll("[data-stop]")) {
    const isSaved = stop.dataset.saved || saved.has(Number(stop.dataset.stop));
    stop.classList.toggle("is-saved", Boolean(isSaved));
    const log = stop.querySelector("[data-log]");
    log.classList.toggle("btn-primary", !isSaved && !next);
    if (!isSaved) next ??= stop;
  }
}

async function refresh() {
  const entries = await mine();
  if (strip) show(strip, stripOf(entries));
  if (toasts) show(toasts, entries.filter((it) => it.state === "held").map(toastOf));
  markStops(entries);
  clearTimeout(timer);
  const due = await nextDue();
  if (due !== undefined) timer = setTimeout(send, due + 20);
}

async function send() {
  await drain();
  await refresh();
}

function hear({ delivered }) {
  if (delivered?.stop) {
    const stop = document.querySelector(`[data-stop="${delivered.stop}"]`);
    if (stop) {
      stop.dataset.saved = "yes";
      stop.querySelector(".stop-saved").textContent = "Saved and sent";
    }
  }
  if (delivered) refreshPanel().catch(() => {});
  if (delivered && toasts && document.visibilityState === "visible") {
    const href = `/visits/${delivered.visit}/`;
    toasts.after(sentToast(href, delivered.who));
  }
  refresh();
}

function sentToast(href, who) {
  document.querySelector(".outbox-sent")?.remove();
  const toast = make(
    "div",
    { class: "outbox-toast outbox-sent", role: "status" },
    make("span", {}, `Sent: ${who}`),
    make("a", { href, class: "btn" }, "Open"),
  );
  setTimeout(() => toast.remove(), 8000);
  return toast;
}

async function keepPanel() {
  const kept = await get("kept", "panel");
  if (kept && Date.now() - kept.asked_ms < STALE_MS) return;
  await refreshPanel();
}

async function register() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const path = "/service-worker.js";
  try {
    await serviceWorker.register(path, { type: "module" });
  } catch {
    // A browser whose workers know no modules: it cannot send in the background.
    await serviceWorker.register(`${path}?classic`);
  }
}

async function begin() {
  if (!(await me)) return;
  listen(hear);
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") send();
  });
  await refresh();
  await send();
  if (navigator.onLine) await keepPanel();
}

begin().catch((error) => console.info("outbox:", error));
register().catch((error) => console.info("offline:", error));
