"use strict";
(() => {
  const SECONDS = 5;

  /* A form that was begun, a selection and the focus must not be lost. */
  const isInUse = main => main.contains(document.activeElement) || !getSelection().isCollapsed
    || [...main.querySelectorAll("input, textarea")].some(field => field.value !== field.defaultValue)
    || [...main.querySelectorAll("option")].some(option => option.selected !== option.defaultSelected && option.defaultSelected);

  const update = async main => {
    const response = await fetch(location.href, {headers: {Accept: "text/html"}, cache: "no-store"});
    const next = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("main");
    if (!response.ok || !next || isInUse(main)) {
      return;
    }
    const before = main.querySelectorAll("details");
    const after = next.querySelectorAll("details");
    if (before.length === after.length) {
      after.forEach((details, i) => { details.open = before[i].open; });
    }
    main.replaceChildren(...next.childNodes);
    offerCopies();
  };

  const offerCopies = () => document.querySelectorAll("[data-copy]").forEach(button => { button.hidden = false; });

  document.addEventListener("click", event => {
    const button = event.target.closest("[data-copy]");
    if (!button) {
      return;
    }
    const field = document.getElementById(button.dataset.copy);
    field.select();
    /* The clipboard is there in secure contexts alone: under TLS, or on this machine. */
    const copied = navigator.clipboard ? navigator.clipboard.writeText(field.value) : Promise.resolve(document.execCommand("copy"));
    copied.then(() => { button.textContent = "Copied"; }, () => { button.textContent = "Press Ctrl+C"; });
  });

  const main = document.getElementById("main");
  offerCopies();
  if (main.hasAttribute("data-live")) {
    setInterval(() => {
      if (!document.hidden && !isInUse(main)) {
        update(main).catch(() => { /* The server is away, perhaps for a restart: the next time may be better. */ });
      }
    }, SECONDS * 1000);
  }
})();
