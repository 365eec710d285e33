// Whose device this is right now. A panel goes when its owner signs out, or when
// somebody else signs in; visits that wait stay for their owner alone.
import { get, put, take } from "./store.js";

const { person, logs } = document.body.dataset;

export async function forget() {
  await take("kept", "panel");
  await take("kept", "me");
}

// Who is signed in on this page; the last one who was, where there is no session.
async function meet() {
  const before = await get("kept", "me");
  if (!person) return before;
  if (before && before.user !== Number(person)) await forget();
  if (!logs) {
    await forget();
    return undefined;
  }
  const me = { user: Number(person) };
  await put("kept", "me", me);
  return me;
}

export const me = meet().catch(() => undefined);

// A field called "action" hides the form's own.
const addressOf = (form) => new URL(form.getAttribute("action") ?? "", location);

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || addressOf(form).pathname !== "/accounts/logout/") return;
  event.preventDefault();
  await forget().catch(() => {});
  form.submit();
});
