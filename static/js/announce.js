// [data-announce]: when htmx brings a new list, a screen reader hears what it holds.
(() => {
  "use strict";
  document.addEventListener("htmx:afterSettle", (event) => {
    const news = event.target.querySelector?.("[data-announce]");
    const announcer = document.getElementById("announcer");
    if (news && announcer) announcer.textContent = news.firstChild.textContent;
  });
})();
