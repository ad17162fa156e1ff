// Which colours: the reader's choice is kept in a cookie, so that the server writes it into the page
// and nothing flashes. Without a choice, and without JavaScript, the system's preference decides.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  const chosen = () => root.getAttribute("data-bs-theme") || "";

  const mark = () => {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()));
    }
  };

  const keep = (theme) => {
    const age = theme ? 365 * 24 * 3600 : 0;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    const theme = button.dataset.themeChoice;
    if (theme) root.setAttribute("data-bs-theme", theme);
    else root.removeAttribute("data-bs-theme");
    keep(theme);
    mark();
  });

  document.addEventListener("DOMContentLoaded", mark);
})();
