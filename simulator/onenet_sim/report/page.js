"use strict";
// What the page can do beyond being read: choose an event, follow its thread, filter. Without this all rows are there.
(() => {
  const list = document.querySelector("ol");
  const rows = [...list.querySelectorAll(".row")];
  const known = document.getElementById("known");
  const form = document.querySelector("form");
  const shown = document.getElementById("shown");
  const facts = JSON.parse(document.getElementById("facts").textContent);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const homes = new Map(); // the row that shows an event
  for (const [row, events] of Object.entries(facts)) for (const [id] of events) homes.set(String(id), `e${row}`);
  const below = new Map();
  for (const row of rows) {
    const cause = `e${row.dataset.cause}`;
    if (!below.has(cause)) below.set(cause, []);
    below.get(cause).push(row);
  }
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  let chosen = null;
  let thread = null;

  const led = (row) => {
    const found = [];
    for (let at = byId.get(`e${row.dataset.cause}`); at && !found.includes(at); at = byId.get(`e${at.dataset.cause}`)) {
      found.unshift(at);
    }
    return found;
  };

  const came = (row) => {
    const found = [];
    const waiting = [row];
    while (waiting.length) {
      for (const each of below.get(waiting.pop().id) || []) {
        found.push(each);
        waiting.push(each);
      }
    }
    return found.sort((one, other) => Number(one.id.slice(1)) - Number(other.id.slice(1)));
  };

  const clear = () => {
    for (const row of list.querySelectorAll(".led, .came, .picked")) row.classList.remove("led", "came", "picked");
    list.classList.remove("dimmed");
    document.body.classList.remove("leaves");
    known.hidden = true;
    chosen = thread = null;
  };

  const element = (name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };

  const linked = (text) => {
    const made = element("pre", "");
    for (const part of text.split(/(#\d+)/)) {
      const row = /^#\d+$/.test(part) && homes.get(part.slice(1));
      const piece = row ? element("a", part) : part;
      if (row) piece.href = `#${row}`;
      made.append(piece);
    }
    return made;
  };

  const line = (row) => {
    const paragraph = document.createElement("p");
    const link = element("a", `#${row.id.slice(1)}`);
    link.href = `#${row.id}`;
    const said = row.querySelector(".said").cloneNode(true);
    if (said.querySelector(".ends")) said.querySelector(".which")?.remove();
    paragraph.append(row.querySelector(".time").textContent, " ", link, " ", element("code", said.textContent));
    return paragraph;
  };

  const section = (title, found, most) => {
    if (!found.length) return;
    known.append(element("h3", title));
    known.append(...found.slice(0, most).map(line));
    if (found.length > most) known.append(element("p", `and ${found.length - most} more`));
  };

  const tell = (row, before, after) => {
    const header = document.createElement("header");
    const time = row.querySelector(".time");
    header.append(element("span", `#${row.id.slice(1)} at ${time.textContent} s, ${time.title}`));
    for (const [name, action] of [["Only this thread", only], ["Close", close]]) {
      const button = element("button", name);
      button.type = "button";
      button.addEventListener("click", action);
      header.append(button);
    }
    known.replaceChildren(header);
    for (const [id, kind, text, fields] of facts[row.id.slice(1)]) {
      known.append(element("h3", `#${id} ${kind}`), linked(text));
      const names = Object.entries(fields).filter(([, value]) => value !== null && value !== "" && value.length !== 0);
      known.append(element("pre", names.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join("\n")));
    }
    section("What led to it", before, 200);
    section("What came of it", after, 50);
    known.hidden = false;
    known.scrollTop = 0;
  };

  const choose = (row) => {
    clear();
    chosen = row;
    const before = led(row);
    const after = came(row);
    thread = new Set([...before, row, ...after]);
    row.classList.add("picked");
    for (const each of before) each.classList.add("led");
    for (const each of after) each.classList.add("came");
    list.classList.add("dimmed");
    document.body.classList.add("leaves");
    tell(row, before, after);
    row.scrollIntoView({ block: "nearest" });
  };

  const sift = (among) => {
    const layers = new Set([...form.querySelectorAll("[name=layer]:checked")].map((box) => box.value));
    const modem = form.elements.modem ? form.elements.modem.value : "";
    const wanted = form.elements.text.value.trim().toLowerCase();
    let count = 0;
    for (const row of rows) {
      const { layer } = row.dataset;
      const right = among
        ? among.has(row)
        : layers.has(layer) && (!modem || row.dataset.modem === modem) && (!wanted || texts.get(row).includes(wanted));
      row.hidden = !right;
      count += right;
    }
    shown.textContent = `${count} of ${rows.length} rows`;
    for (const gap of list.querySelectorAll(".gap")) gap.hidden = count < rows.length;
  };

  const only = () => {
    sift(thread);
    if (chosen) chosen.scrollIntoView({ block: "center" });
  };

  const close = () => {
    const at = chosen;
    clear();
    history.replaceState(null, "", location.pathname + location.search);
    sift();
    if (at) at.scrollIntoView({ block: "nearest" });
  };

  const follow = () => {
    const row = byId.get(location.hash.slice(1));
    if (!row) return;
    if (row.hidden) {
      form.reset();
      sift();
    }
    choose(row);
  };

  list.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (!row || event.target.closest("a") || String(getSelection())) return;
    history.replaceState(null, "", `#${row.id}`);
    choose(row);
  });
  list.addEventListener("mouseover", (event) => {
    const row = event.target.closest(".row");
    if (row && !row.title) row.title = facts[row.id.slice(1)].map(([id, kind, text]) => `#${id} ${kind}: ${text}`).join("\n");
  });
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  form.addEventListener("input", () => sift());
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => sift()));
  document.body.classList.add("scripted");
  sift();
  follow();
})();
