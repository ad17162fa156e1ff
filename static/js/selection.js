// form[data-selection]: [data-select-all] ticks every input[data-select]; .bulk-bar shows while
// something is ticked and [data-selected-count] says how much. Without this file the bar is always
// there.
(() => {
  "use strict";
  const boxes = (form) => [...form.querySelectorAll("input[data-select]")];

  const refresh = (form) => {
    const all = boxes(form);
    const ticked = all.filter((box) => box.checked);
    for (const box of all) box.closest("tr")?.classList.toggle("is-selected", box.checked);
    for (const bar of form.querySelectorAll(".bulk-bar")) bar.hidden = ticked.length === 0;
    for (const count of form.querySelectorAll("[data-selected-count]")) {
      count.textContent = `${ticked.length} selected`;
    }
    const head = form.querySelector("[data-select-all]");
    if (head) {
      head.checked = ticked.length > 0 && ticked.length === all.length;
      head.indeterminate = ticked.length > 0 && ticked.length < all.length;
    }
  };

  const refreshAll = () => document.querySelectorAll("form[data-selection]").forEach(refresh);

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-selection]");
    if (!form) return;
    if (event.target.matches("[data-select-all]")) {
      for (const box of boxes(form)) box.checked = event.target.checked;
    }
    refresh(form);
  });
  document.addEventListener("htmx:afterSettle", refreshAll);
  window.addEventListener("pageshow", refreshAll);
  refreshAll();
})();
