// The page works without this. It makes the browser's own way back go one question back, leaves fast, and prints.
(() => {
  "use strict";
  const exit = document.getElementById("exit");
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    location.replace(exit.href);
  });
  const back = document.getElementById("back");
  if (back) {
    history.pushState(null, "");
    addEventListener("popstate", () => back.form.requestSubmit(back));
  }
  const print = document.getElementById("print");
  if (print) {
    print.hidden = false;
    document.getElementById("print-how").hidden = true;
    print.addEventListener("click", () => globalThis.print());
  }
  const first = document.getElementById("problem");
  if (first) {
    first.focus();
  }
})();
