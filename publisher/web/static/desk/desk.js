// What the desk does more with a script: lengths while typing, drafts kept on this device, live numbers. All of it can go.
"use strict";

const counter = new Intl.Segmenter(document.documentElement.lang || "en", { granularity: "grapheme" });
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

// --- descriptions: how long, and whether the caption says the same ---

for (const place of document.querySelectorAll(".length[data-for]")) {
  const field = document.getElementById(place.dataset.for);
  const good = field.form.dataset.good;
  const show = () => { place.textContent = `${[...counter.segment(field.value.trim())].length} / ${good}`; };
  field.addEventListener("input", show);
  show();
}
for (const note of document.querySelectorAll(".twice")) {
  const alt = document.getElementById(note.dataset.alt);
  const caption = document.getElementById(note.dataset.caption);
  const look = () => { note.hidden = !alt.value.trim() || alt.value === alt.defaultValue || plain(alt.value) !== plain(caption.value); };
  alt.addEventListener("input", look);
  caption.addEventListener("input", look);
}
const describing = document.querySelector("form[data-hear]");
if (describing) {
  let waiting = 0;
  let asked = 0;
  const ask = async () => {
    const turn = ++asked;
    const answer = await fetch(describing.dataset.hear, { method: "POST", body: new FormData(describing) }).catch(() => null);
    if (!answer?.ok || turn !== asked) return;
    const { pictures } = await answer.json();
    pictures.forEach(({ heard, warnings }, place) => {
      const said = document.querySelector(`#heard-${place} q`);
      if (said.textContent !== heard) said.textContent = heard;
      const twice = describing.querySelector(`.twice[data-alt="alt-${place}"]`);
      const shown = warnings.filter((one) => twice.hidden || one !== twice.textContent).map((one) => {
        const note = document.createElement("p");
        note.className = "note warning";
        note.textContent = one;
        return note;
      });
      const told = document.getElementById(`warnings-${place}`);
      const text = (notes) => notes.map((one) => one.textContent).join("\n");
      if (text(shown) !== text([...told.children])) told.replaceChildren(...shown);  // else it would be said again
    });
  };
  describing.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 400); });
}
for (const button of document.querySelectorAll(".take")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.for);
    field.value = button.dataset.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

// --- drafts: what was typed and not sent is offered again ---

const status = document.getElementById("messages");
const tell = (text) => {
  const note = document.createElement("p");
  note.className = "note warning";
  note.textContent = text;
  status.append(note);
  return note;
};
// What a page begins with is not announced: it is said once more where only screen readers come.
if (status?.children.length) {
  const voice = document.createElement("div");
  voice.className = "hidden";
  voice.setAttribute("role", "status");
  status.before(voice);
  const said = [...status.children].map((one) => one.textContent).join(" ");
  setTimeout(() => { voice.textContent = said; }, 200);
  setTimeout(() => voice.remove(), 5000);
}
const offer = (note, label, act) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small second";
  button.textContent = label;
  button.addEventListener("click", act);
  note.append(" ", button);
};
// What was sent is forgotten once a page says that it was kept; a sign-out or somebody else's change may come between.
const sent = sessionStorage.getItem("sent");
sessionStorage.removeItem("sent");
if (sent && status?.querySelector(".kept")) localStorage.removeItem(sent);
for (const form of status ? document.querySelectorAll("form[data-draft]") : []) {
  const key = `draft ${form.dataset.draft}`;
  const fields = [...form.elements].filter((one) => one.name && !["hidden", "submit", "file", "password"].includes(one.type));
  const read = () => JSON.stringify(fields.map((one) => [one.name, one.type === "checkbox" ? one.checked : one.value]));
  const kept = localStorage.getItem(key);
  if (sent === key && document.getElementById("summary")) {
    localStorage.setItem(key, read());  // the form is as it was typed
  } else if (kept && kept !== read()) {
    const note = tell(form.dataset.kept);
    offer(note, form.dataset.restore, () => {
      for (const [name, value] of JSON.parse(kept)) {
        const field = fields.find((one) => one.name === name);
        if (!field) continue;
        if (field.type === "checkbox") field.checked = value; else field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      note.remove();
      fields[0]?.focus();
    });
    offer(note, form.dataset.forget, () => {
      localStorage.removeItem(key);
      note.remove();
      fields[0]?.focus();
    });
  }
  form.addEventListener("input", () => localStorage.setItem(key, read()));
  form.addEventListener("submit", () => sessionStorage.setItem("sent", key));
}
for (const form of document.querySelectorAll("form[data-sends]")) {
  form.addEventListener("submit", () => sessionStorage.setItem("sent", `draft ${form.dataset.sends}`));
}

// --- a session that ends: said ten minutes before, and put off by a press ---

const BEFORE = 600;
const watch = (seconds) => setTimeout(() => {
  const note = tell(status.dataset.warning);
  offer(note, status.dataset.stay, async () => {
    const answer = await fetch("/desk/help/", { redirect: "manual" }).catch(() => null);
    note.textContent = answer?.ok ? status.dataset.stayed : status.dataset.over;
    if (answer?.ok) watch(Number(status.dataset.lifetime));
  });
}, Math.max(0, seconds - BEFORE) * 1000);
if (status) watch(Number(status.dataset.session));

// --- the order of posts: dragged by a grip; the buttons and the fields of positions do the same ---

for (const list of document.querySelectorAll("ol[data-moved]")) {
  let said = null;
  for (const item of list.children) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.setAttribute("aria-hidden", "true");
    item.firstElementChild.prepend(grip);
    grip.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      const before = [...list.children].indexOf(item);
      const over = new AbortController();
      item.classList.add("dragged");
      const move = ({ clientY }) => {
        const other = [...list.children].find((one) => {
          const place = one.getBoundingClientRect();
          return one !== item && clientY > place.top && clientY < place.bottom;
        });
        if (!other) return;
        const middle = other.getBoundingClientRect().top + other.offsetHeight / 2;
        if (clientY < middle) list.insertBefore(item, other); else list.insertBefore(item, other.nextElementSibling);
      };
      const end = () => {
        over.abort();
        item.classList.remove("dragged");
        const items = [...list.children];
        const after = items.indexOf(item);
        if (after === before) return;
        items.forEach((one, at) => { one.querySelector("input").value = at + 1; });
        item.querySelector("input").dispatchEvent(new Event("input", { bubbles: true }));
        said?.remove();
        const words = { title: item.querySelector("a").textContent.trim(), n: after + 1, all: items.length };
        said = tell(list.dataset.moved.replace(/\{(\w+)\}/g, (_, name) => words[name]));
      };
      // An element that moves in the page loses the pointer, so the window listens.
      for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, end, { signal: over.signal });
      window.addEventListener("pointermove", move, { signal: over.signal });
    });
  }
}

// --- an edition on its way ---

const live = document.querySelector("[data-live]");
if (live) {
  const source = new EventSource(live.dataset.live);
  const shown = {};
  let heard = -1;
  source.addEventListener("counts", (event) => {
    const counts = JSON.parse(event.data);
    for (const cell of document.querySelectorAll("[data-count]")) cell.textContent = counts[cell.dataset.count];
    const bar = document.querySelector("progress");
    if (bar) { bar.max = counts.total; bar.value = counts.done; }
    live.querySelector("[data-said]").textContent = counts.said;
    for (const [name, markup] of Object.entries(counts.parts)) {
      const part = document.querySelector(`[data-part="${name}"]`);
      if (part && shown[name] !== markup) part.innerHTML = shown[name] = markup;
    }
    // A screen reader hears of every tenth, not of every person.
    const tenth = Math.floor((10 * counts.done) / (counts.total || 1));
    if (tenth !== heard) live.querySelector("[data-announced]").textContent = heard < 0 ? "" : counts.said;
    heard = tenth;
    if (counts.over) { source.close(); location.reload(); }
  });
}

// --- an error summary is where one begins to read ---

document.getElementById("summary")?.focus();

// --- how what is written reads: renewed by htmx; announced only when the number of findings changes ---

document.addEventListener("htmx:afterSettle", () => {
  const said = document.getElementById("galley-said");
  const now = document.getElementById("galley")?.dataset.said || "";
  if (said && said.textContent !== now) said.textContent = now;
});
