// form.filters: fields that say nothing stay out of the address, which people keep and pass on.
(() => {
  "use strict";
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("form.filters")) return;
    const fields = event.detail.formData;
    for (const [name, value] of [...fields.entries()]) {
      if (value === "") fields.delete(name);
    }
  });
})();
