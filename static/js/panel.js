// The panel that this device keeps: who, where, and the stops of the days around.
import { day } from "./outbox.js";
import { me } from "./device.js";
import { get } from "./store.js";

const GUESSES = 5;
const FOUND = 8;
const TITLES = new Set(["dr", "dr.", "doctor"]);
const EMPTY = { physicians: [], practices: [], stops: [], logged: [], guesses: [], topics: [], service_lines: [] };

// Asked for when it is needed: it may have been renewed meanwhile.
export async function panel() {
  const owner = await me;
  const kept = await get("kept", "panel").catch(() => undefined);
  const data = owner && kept?.data.user === owner.user ? kept.data : EMPTY;
  const practices = new Map(data.practices.map((it) => [it.key, it]));
  const physicians = new Map(data.physicians.map((it) => [it.key, it]));
  return { ...data, practices, physicians, isKept: data !== EMPTY };
}

const placeOf = (data, physician) => data.practices.get(physician.practices[0])?.name ?? "";
const asPerson = (data, physician, reason = "") => ({
  key: physician.key,
  name: physician.name,
  place: [reason, placeOf(data, physician)].filter(Boolean).join(" · "),
});

// From two letters: people by name, NPI, practice or phone, and practices.
export function find(data, text) {
  const typed = text.slice(0, 100).toLowerCase().replaceAll(",", " ").trim();
  const words = typed.split(/\s+/).filter((word) => word && !TITLES.has(word)).slice(0, 5);
  if (words.join("").length < 2) return { people: [], places: [] };
  const digits = /^[\d\s().+-]{4,}$/.test(typed) ? typed.replace(/\D/g, "") : "";
  const at = (physician) => physician.practices.map((key) => data.practices.get(key)).filter(Boolean);
  const begins = (name, word) => name.toLowerCase().split(/[\s,-]+/).some((part) => part.startsWith(word));
  const isIn = (practice, word) => practice.name.toLowerCase().includes(word);
  const people = [...data.physicians.values()].filter((one) =>
    digits
      ? one.npi.startsWith(digits) || one.phone.startsWith(digits) || at(one).some((it) => it.phone.startsWith(digits))
      : words.every((word) => begins(one.name, word) || at(one).some((it) => isIn(it, word))),
  );
  const places = [...data.practices.values()].filter((one) =>
    digits ? one.phone.startsWith(digits) : words.every((word) => isIn(one, word)),
  );
  return {
    people: people.slice(0, FOUND).map((one) => asPerson(data, one)),
    places: places.slice(0, FOUND / 2),
  };
}

// Today's stops, then those lately met or due.
export function guesses(data) {
  const offered = new Map();
  for (const stop of stopsOf(data)) {
    for (const { key, name } of stop.people) {
      if (key) offered.set(key, { key, name, place: [hour(stop.at), stop.practice.name].filter(Boolean).join(" · ") });
    }
  }
  for (const { key, reason } of data.guesses) {
    const physician = data.physicians.get(key);
    if (physician && !offered.has(key)) offered.set(key, asPerson(data, physician, reason));
  }
  return [...offered.values()].slice(0, GUESSES);
}

// Practices that these people share, else all of theirs; one is marked, if it is plain.
export function placesOf(data, keys, chosen) {
  const people = keys.map((key) => data.physicians.get(key)).filter(Boolean);
  const all = [...new Set(people.flatMap((one) => one.practices))];
  const shared = all.filter((key) => people.every((one) => one.practices.includes(key)));
  const places = (shared.length ? shared : all).map((key) => data.practices.get(key)).filter(Boolean);
  const primary = places.filter(({ key }) => people.some((one) => one.primary.includes(key)));
  const wanted = places.find(({ key }) => key === chosen);
  const marked = wanted ?? (places.length === 1 ? places[0] : primary.length === 1 ? primary[0] : undefined);
  return places.map((place) => ({ ...place, isChosen: place === marked }));
}

export const stopsOf = (data, on = day()) => data.stops.filter((stop) => stop.on === on);
export const missedOf = (data, on = day()) => data.stops.filter((stop) => stop.on < on);
export const stopOf = (data, key) => data.stops.find((stop) => stop.key === key);

// "09:30" as people say it.
export function hour(at) {
  if (!at) return "";
  const [hours, minutes] = at.split(":").map(Number);
  return `${hours % 12 || 12}:${String(minutes).padStart(2, "0")} ${hours < 12 ? "AM" : "PM"}`;
}
