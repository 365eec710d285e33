// Light, dark, or as the device says; remembered on this device.
const device = matchMedia("(prefers-color-scheme: dark)");

function remembered() {
  try {
    return localStorage.getItem("theme") || "auto";
  } catch {
    return "auto";
  }
}

function remember(choice) {
  try {
    localStorage.setItem("theme", choice);
  } catch {
    // Not remembered, still shown.
  }
}

function show(choice) {
  const dark = choice === "dark" || (choice === "auto" && device.matches);
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
  for (const button of document.querySelectorAll("[data-theme-choice] [data-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.theme === choice));
  }
}

export function offerThemes() {
  for (const group of document.querySelectorAll("[data-theme-choice]")) {
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("[data-theme]");
      if (!button) return;
      remember(button.dataset.theme);
      show(button.dataset.theme);
    });
  }
  device.addEventListener("change", () => show(remembered()));
  show(remembered());
}
