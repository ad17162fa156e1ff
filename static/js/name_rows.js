// [data-name-rows]: rows of a kind and a name, or of what the attribute's value calls them, alone.
// [data-add-row] adds one without asking the server for it, [data-remove-row] takes one away. Without
// JavaScript the button sends the form for more rows.
(() => {
  "use strict";
  const rowsOf = (list) => [...list.querySelectorAll("[data-name-row]")];

  const number = (list) => {
    rowsOf(list).forEach((row, index) => {
      const word = list.dataset.nameRows || "Name";
      const kind = row.querySelector("select");
      if (kind) kind.setAttribute("aria-label", `Kind of name ${index + 1}`);
      row.querySelector("input").setAttribute("aria-label", `${word} ${index + 1}`);
      const button = row.querySelector("[data-remove-row]");
      button.setAttribute("aria-label", `Remove ${word.toLowerCase()} ${index + 1}`);
      button.hidden = false;
    });
  };

  const emptied = (row) => {
    const input = row.querySelector("input");
    input.value = "";
    input.classList.remove("is-invalid");
    input.removeAttribute("aria-invalid");
    for (const said of row.querySelectorAll("p")) said.remove();
    return row;
  };

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    if (add) {
      const list = add.parentElement.querySelector("[data-name-rows]");
      const last = rowsOf(list).at(-1);
      const row = emptied(last.cloneNode(true));
      row.querySelector("input").removeAttribute("id");
      row.querySelector("input").removeAttribute("placeholder");
      list.append(row);
      number(list);
      row.querySelector("input").focus();
      event.preventDefault();
      return;
    }
    const remove = event.target.closest("[data-remove-row]");
    if (!remove) return;
    const row = remove.closest("[data-name-row]");
    const list = row.closest("[data-name-rows]");
    const rows = rowsOf(list);
    const at = rows.indexOf(row);
    // The first row carries the name by which errors lead here: it is emptied and stays.
    if (at === 0) emptied(row);
    else row.remove();
    number(list);
    rowsOf(list)[Math.min(at, rowsOf(list).length - 1)].querySelector("input").focus();
  });

  document.querySelectorAll("[data-name-rows]").forEach(number);
})();
