// Warns while somebody types what looks like a patient's data. The rules are the
// server's own (liaison_crm/lib/patient_data.py), which asks for a reason.
const NEAR = 40;
const PAUSE = 400;
let rules;

const filled = (pattern, parts) => pattern.replace(/\{([A-Z_]+)\}/g, (_, name) => parts[name]);

async function loadRules() {
  const answer = await fetch(new URL("./patient_data.json", import.meta.url));
  const told = await answer.json();
  const parts = {};
  for (const [name, part] of Object.entries(told.parts)) parts[name] = filled(part, parts);
  return told.rules.map(({ kind, pattern, unless }) => ({
    kind,
    pattern: new RegExp(filled(pattern, parts), "g"),
    unless: unless && new RegExp(filled(unless, parts)),
  }));
}

/** What in the text looks like a patient's data: [{kind, text}], once a kind. */
export async function foundIn(text) {
  rules ??= loadRules().catch((fault) => {
    rules = undefined; // asked again when there is a signal
    throw fault;
  });
  const found = new Map();
  for (const { kind, pattern, unless } of await rules) {
    if (found.has(kind)) continue;
    for (const match of text.matchAll(pattern)) {
      const end = match.index + match[0].length;
      const around = text.slice(Math.max(match.index - NEAR, 0), end + NEAR);
      if (unless?.test(around)) continue;
      found.set(kind, { kind, text: match[0] });
      break;
    }
  }
  return [...found.values()];
}

function hintOf(input) {
  const id = `${input.id || input.name}-guard`;
  let hint = document.getElementById(id);
  if (!hint) {
    hint = document.createElement("div");
    hint.id = id;
    hint.className = "guard-hint";
    hint.setAttribute("role", "status");
    input.after(hint);
    const described = input.getAttribute("aria-describedby");
    input.setAttribute("aria-describedby", described ? `${described} ${id}` : id);
  }
  return hint;
}

async function warn(input) {
  const found = await foundIn(input.value).catch(() => []);
  if (!found.length && !document.getElementById(`${input.id || input.name}-guard`)) return;
  const told = found.map(({ kind, text }) => `“${text}” looks like ${kind}.`);
  if (found.length) told.push("Leave patients out.");
  hintOf(input).textContent = told.join(" ");
}

/** Watch every field marked `data-guard`, now and later. */
export function guardTexts() {
  let pause;
  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.("[data-guard]")) return;
    clearTimeout(pause);
    pause = setTimeout(() => warn(target), PAUSE);
  });
}
