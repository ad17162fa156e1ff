// [data-copy="text"]: a click copies the text and says so, to the eye and to a screen reader.
(() => {
  "use strict";
  const copied = async (text) => {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(text);
      return;
    }
    // Over plain HTTP there is no clipboard interface; the old way still works there.
    const holder = document.createElement("textarea");
    holder.value = text;
    holder.className = "visually-hidden";
    document.body.append(holder);
    holder.select();
    const done = document.execCommand("copy");
    holder.remove();
    if (!done) throw new Error("refused");
  };

  const say = (words) => {
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = words;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await copied(button.dataset.copy);
      say("Copied");
      button.classList.add("is-copied");
      setTimeout(() => button.classList.remove("is-copied"), 1500);
    } catch {
      say("Copying was refused by the browser");
    }
    button.focus();
  });
})();
