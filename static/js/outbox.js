// Visits that were saved on this device and wait until they can be sent. No page is
// needed here: the service worker sends with this module, too.
import { all, change, get, put, take } from "./store.js";

const AT = "/visits/outbox/";
const UNDO_MS = 8000;
const PATIENCE_MS = 30000;

// Whoever shows what waits listens; it is told of every tab and of the worker.
const channel = new BroadcastChannel("outbox");
const listeners = new Set();
channel.onmessage = ({ data }) => tellHere(data);

function tellHere(news) {
  for (const listener of listeners) listener(news);
}

function tell(news = {}) {
  channel.postMessage(news);
  tellHere(news);
}

export const listen = (listener) => listeners.add(listener);
export const changed = () => tell();

// "2026-03-10T23:30:00-10:00": the moment, and how far the clock here is from UTC.
export function moment(at = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  const ahead = -at.getTimezoneOffset();
  const offset = `${ahead < 0 ? "-" : "+"}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`;
  return `${day(at)}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}${offset}`;
}

export function day(at = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export async function mine() {
  const me = await get("kept", "me");
  const entries = me ? await all("entries") : [];
  return entries
    .filter((entry) => entry.user === me.user)
    .sort((one, other) => one.saved_ms - other.saved_ms);
}

// Keep a visit; in eight seconds it may be sent. `told`: {uid, user, values, draft,
// visit, who, where, day, instead_of}.
export async function add(told) {
  const entry = {
    ...told,
    at: moment(),
    saved_ms: Date.now(),
    release_ms: Date.now() + UNDO_MS,
    state: "held",
    attempts: 0,
    reason: "",
  };
  await put("entries", told.uid, entry);
  if (told.instead_of) await take("entries", told.instead_of);
  askForSync().catch(() => {});
  tell();
  return entry;
}

// A bonus: the worker sends even when no page of ours is open any more.
async function askForSync() {
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.sync?.register("outbox");
}

// Undo: the entry, unless it is on its way by now.
export async function takeBack(uid) {
  let taken;
  await change("entries", uid, (entry) => {
    taken = entry?.state === "held" ? entry : undefined;
    return taken ? undefined : entry;
  });
  if (taken) tell();
  return taken;
}

export async function discard(uid) {
  await take("entries", uid);
  tell();
}

// Until it may be sent; a clock that was set back holds nothing longer.
function left(entry) {
  const left = entry.release_ms - Date.now();
  return entry.state === "held" && left <= UNDO_MS ? Math.max(0, left) : 0;
}

const isDue = (entry) =>
  entry.state === "waiting" || (entry.state === "held" && left(entry) === 0);

// Send what is due, one at a time, whoever else is about to. Never throws.
export function drain() {
  const run = () => sendAll().catch((error) => console.info("outbox:", error));
  return navigator.locks ? navigator.locks.request("outbox", run) : run();
}

async function sendAll() {
  const due = (await mine()).filter(isDue);
  if (!due.length) return;
  const session = await askWhoIsHere();
  for (const { uid, user } of due) {
    if (session.user && session.user !== user) return;
    const entry = await claim(uid);
    if (!entry) continue;
    const reason = session.reason || (await send(entry, session.token));
    if (reason) {
      await hold(due, reason);
      return;
    }
  }
}

async function askWhoIsHere() {
  try {
    const response = await ask("token/");
    return response.ok ? await response.json() : { reason: reasonOf(response) };
  } catch {
    return { reason: "no signal" };
  }
}

const ask = (path, told = {}) =>
  fetch(AT + path, {
    ...told,
    headers: { Accept: "application/json", ...told.headers },
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });

function reasonOf({ status }) {
  if (status === 401) return "sign in to send";
  if (status === 403) return "this account may not send it";
  return "the server is busy";
}

// From here on it cannot be undone.
async function claim(uid) {
  let claimed;
  await change("entries", uid, (entry) => {
    if (!entry || !isDue(entry)) return entry;
    claimed = { ...entry, state: "waiting", attempts: entry.attempts + 1 };
    return claimed;
  });
  return claimed;
}

// Why the rest has to wait as well; nothing when it was answered.
async function send(entry, token) {
  const { uid, user, at, visit } = entry;
  const told = JSON.stringify({ ...entry.values, uid, user, at, visit: visit ?? null });
  let response, answer;
  try {
    response = await ask("deliver/", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: told,
    });
    answer = await response.json().catch(() => ({}));
  } catch {
    return "no signal";
  }
  if (response.ok) {
    await take("entries", uid);
    tell({ delivered: { uid, visit: answer.visit, stop: visit, who: entry.who } });
  } else if ([400, 409, 413, 422].includes(response.status)) {
    const errors = answer.errors ?? { __all__: [answer.error] };
    await put("entries", uid, { ...entry, state: "refused", errors, why: answer.why ?? "" });
    tell();
  } else {
    return reasonOf(response);
  }
}

async function hold(entries, reason) {
  for (const { uid } of entries) {
    await change("entries", uid, (entry) =>
      entry && isDue(entry) ? { ...entry, state: "waiting", reason } : entry,
    );
  }
  tell();
}

// For the worker, when the browser thinks that there is a signal: what may still be
// undone is waited for.
export async function sendSoon() {
  const due = await nextDue();
  if (due === undefined) return;
  await new Promise((resolve) => setTimeout(resolve, Math.min(due, UNDO_MS)));
  await drain();
}

// When the next one is due, in milliseconds from now; undefined when none is.
export async function nextDue() {
  const moments = (await mine()).flatMap((entry) => {
    if (entry.state === "held") return [left(entry)];
    return entry.state === "waiting" ? [PATIENCE_MS] : [];
  });
  return moments.length ? Math.min(...moments) : undefined;
}

// The panel of whoever is signed in: asked for anew, kept if it changed.
export async function refreshPanel() {
  const me = await get("kept", "me");
  const kept = await get("kept", "panel");
  const response = await ask("panel.json", {
    headers: kept?.etag ? { "If-None-Match": kept.etag } : {},
  });
  if (response.status === 304) return kept.data;
  if (response.status === 403) await take("kept", "panel");
  if (!response.ok) return kept?.data;
  const data = await response.json();
  if (data.user !== me?.user) return undefined;
  await put("kept", "panel", { etag: response.headers.get("ETag"), data, asked_ms: Date.now() });
  return data;
}
