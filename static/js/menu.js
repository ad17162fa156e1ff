// details.menu and the navigation of narrow screens close on Escape, on a click elsewhere, and when
// the focus leaves them. Opening works without this file.
(() => {
  "use strict";
  const OPEN = "details.menu[open], details.side-toggle[open]";
  const closeAllBut = (kept) => {
    for (const menu of document.querySelectorAll(OPEN)) {
      if (!kept || !menu.contains(kept)) menu.open = false;
    }
  };

  document.addEventListener("click", (event) => closeAllBut(event.target));
  document.addEventListener("focusin", (event) => closeAllBut(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest(OPEN) || document.querySelector(OPEN);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
