// The visit form under the thumb. Without this module it still works: the
// search then is a button, and a chosen day is typed.
const form = document.querySelector("#visit-form");
const offered = form.querySelector("#people-offered");
const search = form.querySelector("input[name=search]");
