// select[data-combobox]: a long list becomes one that can be searched, by name, by other and former
// names (data-also) and by value, after the combobox pattern of ARIA 1.2: the text field keeps the
// focus, the arrows walk the list. The select stays in the form and holds the value.
(() => {
  "use strict";
  const folded = (text) =>
    text
      .normalize("NFKD")
      .replace(/\p{Diacritic}/gu, "")
      .toLowerCase();

  const rankOf = (entry, wanted) => {
    if (entry.value.toLowerCase() === wanted) return 0;
    if (entry.name.startsWith(wanted)) return 1;
    if (entry.name.includes(` ${wanted}`)) return 2;
    if (entry.also.some((name) => name.startsWith(wanted) || name.includes(` ${wanted}`))) return 3;
    if ([entry.name, ...entry.also].some((name) => name.includes(wanted))) return 4;
    return -1;
  };

  const entryOf = (option) => ({
    option,
    value: option.value,
    text: option.textContent.trim(),
    name: folded(option.textContent.trim()),
    also: (option.dataset.also || "").split("|").filter(Boolean).map(folded),
    shownAlso: (option.dataset.also || "").split("|").filter(Boolean),
    group: option.parentElement.label || "",
  });

  class Combobox {
    constructor(select) {
      this.select = select;
      this.entries = [...select.options].map(entryOf);
      this.shown = [];
      this.at = -1;
      this.build();
      this.settle();
    }

    build() {
      const { select } = this;
      const id = select.id;
      select.id = `${id}-list`;
      select.hidden = true;
      this.box = document.createElement("div");
      this.box.className = "combobox";
      this.input = document.createElement("input");
      Object.assign(this.input, { type: "text", id, autocomplete: "off", spellcheck: false });
      this.input.className = "form-control";
      if (select.classList.contains("is-invalid")) this.input.classList.add("is-invalid");
      this.input.placeholder = "Type a name or code";
      const attributes = {
        role: "combobox",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": `${id}-options`,
      };
      const described = select.getAttribute("aria-describedby");
      if (described) attributes["aria-describedby"] = described;
      if (select.getAttribute("aria-invalid")) attributes["aria-invalid"] = "true";
      for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
      this.list = document.createElement("ul");
      this.list.id = `${id}-options`;
      this.list.className = "combobox-options";
      this.list.hidden = true;
      this.list.setAttribute("role", "listbox");
      const label = document.querySelector(`label[for="${id}"]`);
      this.list.setAttribute("aria-label", label ? label.textContent.trim() : "Choices");
      this.status = document.createElement("span");
      this.status.className = "visually-hidden";
      this.status.setAttribute("role", "status");
      this.box.append(this.input, this.list, this.status);
      select.after(this.box);
      this.input.addEventListener("input", () => this.open(this.input.value));
      this.input.addEventListener("click", () => this.list.hidden && this.open(""));
      this.input.addEventListener("focus", () => this.input.select());
      this.input.addEventListener("blur", () => this.leave());
      this.input.addEventListener("keydown", (event) => this.press(event));
      // Before the field loses the focus, or the list would be gone when the click arrives.
      this.list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const item = event.target.closest("[role=option]");
        if (item) this.choose(this.shown[Number(item.dataset.at)]);
      });
    }

    settle() {
      const chosen = this.select.selectedOptions[0];
      this.input.value = chosen && chosen.value ? chosen.textContent.trim() : "";
    }

    found(text) {
      const wanted = folded(text.trim());
      if (!wanted) return this.entries;
      return this.entries
        .filter((entry) => entry.value)
        .map((entry, order) => ({ entry, order, rank: rankOf(entry, wanted) }))
        .filter((one) => one.rank >= 0)
        .sort((one, other) => one.rank - other.rank || one.order - other.order)
        .map((one) => one.entry);
    }

    open(text) {
      this.searched = text.trim() !== "";
      this.shown = this.found(text);
      this.list.replaceChildren(...this.items(folded(text.trim())));
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      const chosen = this.shown.findIndex((entry) => entry.option.selected);
      this.move(this.searched ? (this.shown.length ? 0 : -1) : chosen);
      const count = this.shown.length;
      this.status.textContent = count === 1 ? "1 choice" : `${count} choices`;
    }

    items(wanted) {
      if (!this.shown.length) {
        const none = document.createElement("li");
        none.className = "combobox-none";
        none.setAttribute("role", "presentation");
        none.textContent = "Nothing fits. Try the code, or another name.";
        return [none];
      }
      const made = [];
      let group = "";
      this.shown.forEach((entry, index) => {
        // Groups are told where the list is in its own order; found ones stand by how well they fit.
        if (!this.searched && entry.group && entry.group !== group) {
          const head = document.createElement("li");
          head.className = "combobox-group";
          head.setAttribute("role", "presentation");
          head.textContent = entry.group;
          made.push(head);
        }
        group = entry.group;
        const item = document.createElement("li");
        item.id = `${this.list.id}-${index}`;
        item.dataset.at = String(index);
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", String(entry.option.selected));
        item.textContent = entry.text;
        const also = this.searched && rankOf(entry, wanted) >= 3 && entry.also.findIndex((name) => name.includes(wanted));
        if (also !== false && also >= 0) {
          const said = document.createElement("span");
          said.className = "combobox-also";
          said.textContent = ` ${entry.shownAlso[also]}`;
          item.append(said);
        }
        made.push(item);
      });
      return made;
    }

    move(to) {
      const before = this.list.querySelector(".is-at");
      if (before) before.classList.remove("is-at");
      this.at = to;
      const item = to >= 0 ? document.getElementById(`${this.list.id}-${to}`) : null;
      if (!item) {
        this.input.removeAttribute("aria-activedescendant");
        return;
      }
      item.classList.add("is-at");
      item.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", item.id);
    }

    press(event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (this.list.hidden) {
          this.open("");
          if (event.altKey) return;
        }
        const last = this.shown.length - 1;
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = this.at + step;
        this.move(next > last ? 0 : next < 0 ? last : next);
      } else if (event.key === "Enter" && !this.list.hidden) {
        event.preventDefault();
        if (this.at >= 0) this.choose(this.shown[this.at]);
        else this.close();
      } else if (event.key === "Escape" && !this.list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        this.settle();
        this.close();
      }
    }

    choose(entry) {
      if (!entry) return;
      entry.option.selected = true;
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
      this.settle();
      this.close();
    }

    close() {
      this.list.hidden = true;
      this.at = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
      this.status.textContent = "";
    }

    leave() {
      const typed = folded(this.input.value.trim());
      if (!typed) this.select.value = "";
      else {
        // A whole name or code that was typed counts as chosen; anything else goes back.
        const whole = this.entries.find(
          (entry) => entry.value && (entry.name === typed || entry.value.toLowerCase() === typed),
        );
        if (whole) whole.option.selected = true;
      }
      this.settle();
      this.close();
    }
  }

  document.querySelectorAll("select[data-combobox]").forEach((select) => new Combobox(select));
})();
