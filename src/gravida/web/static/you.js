// The page works without this. It shows each next question in the place of the last, so that the browser's own way back
// goes one question back and nothing is ever sent twice; it also leaves fast, and prints.
(() => {
  "use strict";
  const FILES = ["calendar", "save", "save-json"];
  const root = document.documentElement;
  let depth = 0;

  const ready = () => {
    const print = document.getElementById("print");
    if (print) {
      print.hidden = false;
      document.getElementById("print-how").hidden = true;
      print.addEventListener("click", () => globalThis.print());
    }
  };

  const show = (page) => {
    document.title = page.title;
    document.getElementById("main").replaceWith(page.getElementById("main"));
    scrollTo({ top: 0, behavior: "instant" });
    const first = document.getElementById("problem") || document.querySelector("main h1");
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    ready();
  };

  const send = async (form, button, forward) => {
    if ("busy" in root.dataset) {
      return;
    }
    root.dataset.busy = "";
    try {
      const body = new URLSearchParams(new FormData(form, button));
      const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (forward) {
        depth += 1;
        history.pushState(depth, "");
      }
      show(page);
    } catch {
      form.dataset.plain = "";
      form.requestSubmit(button);
    } finally {
      delete root.dataset.busy;
    }
  };

  document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (form.enctype !== "multipart/form-data" && !("plain" in form.dataset) && !FILES.includes(button.value)) {
      event.preventDefault();
      send(form, button, true);
    }
  });

  addEventListener("popstate", (event) => {
    const isBack = (event.state ?? 0) < depth;
    depth = event.state ?? 0;
    const back = document.getElementById("back");
    if (back && isBack) {
      send(back.form, back, false);
    }
  });

  document.getElementById("exit").addEventListener("click", (event) => {
    event.preventDefault();
    const { href } = event.currentTarget;
    document.body.replaceChildren(); // a browser that keeps pages to go back to keeps an empty one
    location.replace(href);
  });

  addEventListener("pageshow", (event) => {
    if (event.persisted && !document.getElementById("main")) {
      location.reload();
    }
  });

  // A link inside of the page would count as a step of the browser, and going back from it as an answer taken back.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });

  ready();
})();
