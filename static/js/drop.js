// [data-drop]: files dropped anywhere on it go into the file input inside; [data-drop-names] says
// which are chosen.
(() => {
  "use strict";
  const zoneOf = (event) => event.target instanceof Element && event.target.closest("[data-drop]");
  const inputOf = (zone) => zone.querySelector("input[type=file]");

  const tell = (zone) => {
    const names = zone.querySelector("[data-drop-names]");
    if (names) names.textContent = [...inputOf(zone).files].map((file) => file.name).join(", ");
  };

  document.addEventListener("dragover", (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    const zone = zoneOf(event);
    if (zone && !zone.contains(event.relatedTarget)) zone.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.remove("is-over");
    if (event.dataTransfer.files.length === 0) return;
    inputOf(zone).files = event.dataTransfer.files;
    inputOf(zone).dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    const zone = zoneOf(event);
    if (zone && event.target === inputOf(zone)) tell(zone);
  });
})();
