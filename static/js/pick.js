// [data-pick]: a search for things to choose, answered while somebody types; what is chosen moves to
// the list above. Without JavaScript the button searches, and the choice stays where it was found.
(() => {
  "use strict";
  const WAIT = 250;
  const waiting = new WeakMap();
  const asked = new WeakMap();

  const partsOf = (pick) => ({
    search: pick.querySelector("input[type=search]"),
    searched: pick.querySelector("input[type=hidden]"),
    chosen: pick.querySelector("[data-pick-chosen]"),
    found: pick.querySelector("[data-pick-found]"),
  });

  const announce = (text) => {
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = text;
  };

  const forget = (pick) => {
    clearTimeout(waiting.get(pick));
    asked.get(pick)?.abort();
  };

  const stay = (pick, value) => {
    const { search, found } = partsOf(pick);
    const inputs = [...found.querySelectorAll("input")];
    (inputs.find((input) => input.value === value) ?? inputs[0] ?? search).focus();
  };

  const find = async (pick) => {
    forget(pick);
    const asking = new AbortController();
    asked.set(pick, asking);
    const { search, searched, chosen, found } = partsOf(pick);
    const query = new URLSearchParams({ q: search.value, name: pick.dataset.pickName });
    if ("pickMany" in pick.dataset) query.set("many", "1");
    if ("pickOrdered" in pick.dataset) query.set("ordered", "1");
    for (const one of chosen.querySelectorAll("input:checked")) {
      if (one.value) query.append("chosen", one.value);
    }
    try {
      const answer = await fetch(`${pick.dataset.pick}?${query}`, { signal: asking.signal });
      // Whoever was signed out meanwhile is sent to the sign-in page; that is no list of choices.
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      // Whoever walks through what was found before stays where they are, as far as it is still there.
      const at = found.contains(document.activeElement) ? document.activeElement : null;
      found.replaceChildren(...page.body.childNodes);
      searched.value = query.get("q").trim();
      if (at) stay(pick, at.value);
      const count = found.querySelector("[data-pick-count]");
      if (count) announce(count.textContent);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };

  const take = (pick, input) => {
    // An answer that is still on its way would show again what is chosen now.
    forget(pick);
    const { search, searched, chosen, found } = partsOf(pick);
    const choice = input.closest("[data-pick-choice]");
    if (!("pickMany" in pick.dataset)) {
      for (const other of chosen.querySelectorAll("[data-pick-choice]")) other.remove();
    }
    chosen.append(choice);
    for (const button of choice.querySelectorAll("[data-pick-up]")) button.hidden = false;
    search.value = "";
    searched.value = "";
    found.replaceChildren();
    input.checked = true;
    input.focus();
    announce(`Chosen: ${choice.querySelector(".pick-title").textContent}`);
  };

  document.addEventListener("input", (event) => {
    const pick = event.target.closest("[data-pick]");
    if (!pick || event.target.type !== "search") return;
    clearTimeout(waiting.get(pick));
    waiting.set(pick, setTimeout(() => find(pick), WAIT));
  });

  document.addEventListener("focusin", (event) => {
    const pick = event.target.closest("[data-pick]");
    if (!pick || event.target.type !== "search") return;
    if (!partsOf(pick).found.firstElementChild) find(pick);
  });

  document.addEventListener("keydown", (event) => {
    const pick = event.target.closest?.("[data-pick]");
    if (!pick || event.target.type !== "search") return;
    if (event.key === "Enter") {
      event.preventDefault();
      find(pick);
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      partsOf(pick).found.querySelector("input")?.focus();
    } else if (event.key === "Escape") {
      partsOf(pick).found.replaceChildren();
    }
  });

  document.addEventListener("click", (event) => {
    const pick = event.target.closest("[data-pick]");
    if (!pick) return;
    const up = event.target.closest("[data-pick-up]");
    if (up) {
      event.preventDefault();
      const choice = up.closest("[data-pick-choice]");
      const before = choice.previousElementSibling;
      if (before) before.before(choice);
      up.focus();
      return;
    }
    const input = event.target.closest("[data-pick-found] input");
    // The arrow keys walk through radios and choose each on the way (detail 0): Enter or a click
    // takes one.
    if (input && (event.detail > 0 || input.type === "checkbox")) take(pick, input);
    if (event.target.closest("[data-pick-button]")) {
      event.preventDefault();
      find(pick);
    }
  });

  document.addEventListener("keydown", (event) => {
    const input = event.target.closest?.("[data-pick-found] input");
    if (!input || event.key !== "Enter") return;
    event.preventDefault();
    take(input.closest("[data-pick]"), input);
  });
})();
