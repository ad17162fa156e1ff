// [data-shown-when="name=value|value"]: a part of a form that matters only with some choices is hidden
// with the others. Without JavaScript everything is there, and the server looks at what was chosen.
(() => {
  "use strict";
  const settle = (form) => {
    for (const part of form.querySelectorAll("[data-shown-when]")) {
      const [name, wanted] = part.dataset.shownWhen.split("=");
      const chosen = form.querySelector(`[name="${name}"]:checked`);
      part.hidden = chosen !== null && !wanted.split("|").includes(chosen.value);
    }
  };

  const settleAll = () => {
    const parts = document.querySelectorAll("[data-shown-when]");
    new Set([...parts].map((part) => part.closest("form"))).forEach(settle);
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (form) settle(form);
  });
  // A browser that goes back fills the choices in again.
  window.addEventListener("pageshow", settleAll);
  settleAll();
})();
