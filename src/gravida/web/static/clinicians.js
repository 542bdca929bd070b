// The room for clinicians. Without this script every button is a page; with it the result follows the form.
(() => {
  "use strict";

  const form = document.getElementById("record");
  const trace = document.getElementById("trace");
  const byId = (id) => document.getElementById(id);
  if (!form || !window.htmx) return;

  // What somebody opened or closed stays so when the result changes.
  htmx.config.morphIgnore = ["data-htmx-powered", "open"];
  htmx.config.noSwap = [204, 304, "4xx", "5xx"];
  document.body.classList.add("live");

  const changed = () => form.dispatchEvent(new Event("input", {bubbles: true}));

  // --- a part of the page that is asked for --------------------------------------------------------------------------

  const ask = async (what) => {
    const sent = new URLSearchParams(new FormData(form));
    sent.set("do", what);
    const answer = await fetch("/clinicians", {method: "POST", body: sent, headers: {"HX-Request": "true"}}).catch(() => null);
    if (answer?.ok) return answer.text();
    isStale(true);
    return "";
  };

  const explain = async (what) => {
    trace.innerHTML = await ask(what);
    if (!trace.innerHTML) return;
    trace.showModal();
    byId("why-title")?.focus();
  };

  const into = async (body, what, title) => {
    byId(body).innerHTML = await ask(what);
    if (title) byId(title).focus();
  };

  let asked = 0;
  const redraw = async () => {
    const mine = ++asked;
    const drawn = await ask(byId("map-action").value);
    if (mine === asked) byId("map-body").innerHTML = drawn;
  };

  // --- the form ------------------------------------------------------------------------------------------------------

  const reveal = (field) => {
    for (let each = field.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
    field.scrollIntoView({block: "center"});
    field.focus({preventScroll: true});
  };

  const recount = (section) => {
    const entries = [...section.querySelectorAll(".entry")];
    entries.forEach((entry, place) => entry.querySelectorAll(".ordinal").forEach((each) => { each.textContent = place + 1; }));
    section.querySelector(".state").hidden = entries.length > 0;
  };

  const add = (name, source) => {
    const section = byId(`section-${name}`);
    const entries = section.querySelector(".entries");
    const number = Math.max(-1, ...[...entries.children].map((each) => Number(each.dataset.number))) + 1;
    const written = document.querySelector(`template[data-entry="${name}"]`).innerHTML.replaceAll("NUMBER", number);
    entries.insertAdjacentHTML("beforeend", written);
    const entry = entries.lastElementChild;
    byId(name).value = "";
    const day = byId(`${name}[${number}].on`);
    if (day && entry.dataset.today !== undefined) day.value = byId("as_of").value;
    recount(section);
    reveal((source && byId(`${name}[${number}].${source}`)) || entry.querySelector("input:not([type=hidden]), select"));
    changed();
  };

  const remove = (name, number) => {
    const section = byId(`section-${name}`);
    byId(`${name}[${number}]`)?.remove();
    recount(section);
    section.querySelector(".add").focus();
    changed();
  };

  const restNo = (name, number) => {
    for (const each of byId(`${name}[${number}]`).querySelectorAll(".sign select")) each.value ||= "no";
    changed();
  };

  const go = (name) => {
    const field = byId(name);
    if (field?.matches("input, select, textarea, button")) reveal(field);
    else if (byId(`section-${name}`)) reveal(byId(`section-${name}`).querySelector(".add"));
  };

  const does = {
    "add": (what) => add(what[0]), "new": (what) => add(what[0], what[1]), "remove": (what) => remove(what[0], what[1]),
    "rest-no": (what) => restNo(what[0], what[1]), "go": (what) => go(what[0]), "update": changed,
    "why": (what) => explain(`why ${what[0]}`), "matrix": () => into("matrix-body", "matrix", "matrix-title"),
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    const [verb, ...what] = button ? button.value.split(" ") : [];
    if (verb in does) {
      event.preventDefault();
      does[verb](what);
    }
    const fault = event.target.closest("#faults a");
    if (fault) {
      event.preventDefault();
      go(fault.parentElement.dataset.field);
    }
  });

  // --- faults, at their fields -----------------------------------------------------------------------------------------

  const say = (field, text) => {
    const id = `${field.id}-fault`;
    const hint = byId(`${field.id}-hint`) ? `${field.id}-hint` : "";
    const told = byId(id) || field.insertAdjacentElement("afterend", document.createElement("p"));
    told.id = id;
    told.className = "wrong";
    told.textContent = text;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `${hint} ${id}`.trim());
  };

  const mend = (field) => {
    byId(`${field.id}-fault`)?.remove();
    field.removeAttribute("aria-invalid");
    const hint = byId(`${field.id}-hint`);
    if (hint) field.setAttribute("aria-describedby", hint.id);
    else field.removeAttribute("aria-describedby");
  };

  const tellFaults = () => {
    form.querySelectorAll("[aria-invalid]").forEach(mend);
    for (const each of document.querySelectorAll("#faults li")) {
      const field = byId(each.dataset.field);
      if (field?.matches("input, select")) say(field, each.dataset.text);
    }
  };

  // --- after every change ----------------------------------------------------------------------------------------------

  const offerCopy = () => { const copy = byId("copy"); if (copy) copy.hidden = !navigator.clipboard; };

  document.addEventListener("click", async (event) => {
    if (event.target.id !== "copy") return;
    await navigator.clipboard.writeText(byId("note").value);
    byId("said").textContent = event.target.dataset.copied;
    event.target.textContent = event.target.dataset.copied;
  });

  // A result that does not belong to what stands in the form is worse than none: it is said so, above everything.
  const isStale = (stale) => { byId("stale").hidden = !stale; };
  form.addEventListener("htmx:error", () => isStale(true));
  form.addEventListener("htmx:response:error", () => isStale(true));
  form.addEventListener("htmx:finally:request", (event) => {
    if (event.detail.ctx.status !== "swapped" || event.detail.ctx.response.status !== 200) return;
    isStale(false);
    tellFaults();
    offerCopy();
    redraw();
    if (document.querySelector("#matrix-body table")) into("matrix-body", "matrix");
  });
  byId("map-action").addEventListener("change", redraw);
  trace.addEventListener("click", (event) => { if (event.target === trace) trace.close(); });
  offerCopy();
  if (!byId("map-body").querySelector(".panels")) redraw();
})();
