// form[data-submit-once]: a second click while the first is under way does nothing. The server
// holds without it; this saves the reader from wondering.
(() => {
  "use strict";
  const release = (form) => {
    delete form.dataset.submitted;
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = false;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-submit-once]");
    if (!form || event.defaultPrevented) return;
    if ("submitted" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.submitted = "";
    // After this turn, or the pressed button's own name and value would not be sent.
    setTimeout(() => {
      for (const button of form.querySelectorAll("[type=submit]")) button.disabled = true;
    });
    setTimeout(() => release(form), 15_000);
  });

  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-submit-once]").forEach(release);
  });
})();
