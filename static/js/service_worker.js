// Serves our own pages without a signal. Kept: the files and the shell that
// /service-worker.js names before this; never another page, never an answer with data.
const CACHE = `liaison-crm-${VERSION}`;
const KEPT = new Set(FILES.map((path) => new URL(path, location.origin).href));
const PATIENCE_MS = 10000;

self.addEventListener("install", (event) => {
  const asked = [SHELL, ...FILES].map(
    (path) => new Request(path, { credentials: "omit", cache: "reload" }),
  );
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(asked)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("liaison-crm-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (KEPT.has(request.url)) event.respondWith(file(request));
});

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request.url)) ?? fetch(request);
}

// The page itself; without a signal, or with one that is too weak, the shell.
async function page(request) {
  const cache = await caches.open(CACHE);
  const shell = await cache.match(SHELL);
  const asked = fetch(request);
  if (!shell) return asked;
  asked.catch(() => {});
  try {
    return await Promise.race([asked, tooLong(request)]);
  } catch {
    return shell;
  }
}

function tooLong({ url }) {
  return new Promise((resolve, reject) => {
    if (OURS.includes(new URL(url).pathname)) setTimeout(reject, PATIENCE_MS);
  });
}

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox" && self.sendOutbox) event.waitUntil(self.sendOutbox());
});
