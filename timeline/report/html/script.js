"use strict";
// The page can be read without this: it zooms pictures, pins details, searches
// and copies. It writes text only as text, never as markup.
(() => {
  const root = document.documentElement, $ = id => document.getElementById(id);
  root.classList.add("scripted");
  // A rule with :has() would cost a look at all elements whenever one changes.
  $("theme").addEventListener("change", e => { root.dataset.theme = e.target.value; });

  // A picture's parts keep their first place; zooming places them anew:
  // x' = (x - left) * by.
  const width = 1080;
  class Lanes {
    constructor(svg) {
      this.svg = svg;
      this.left = 0;
      this.by = 1;
      this.track = svg.querySelector(".track");
      this.boxes = [...svg.querySelectorAll(".t")].map(e => ({e, x: +e.getAttribute("x"), w: +e.getAttribute("width"), fixed: e.classList.contains("tick")}));
      this.marks = [...svg.querySelectorAll(".m")].filter(e => !e.closest(".axis")).map(e => {
        const [x, y] = e.getAttribute("transform").slice(10, -1).split(",");
        return {e, x: +x, y, room: +e.dataset.room, need: +e.dataset.need, words: e.dataset.need ? e.querySelector("text") : null};
      });
      this.faint = svg.querySelector(".faint");
      this.axis = svg.querySelector(".axis");
      this.points = svg.dataset.scale.split(" ").map(p => p.split(",").map(Number));
      this.height = +svg.dataset.height;
      this.top = this.axis.querySelector("path") ? this.axis.querySelector("path").getAttribute("d").split("V")[0] : "M0 0";
    }
    zoom(factor, at) {
      const by = Math.min(Math.max(this.by * factor, 1), 20000);
      this.left += at / this.by - at / by;
      this.by = by;
      this.place();
    }
    move(dx) { this.left += dx / this.by; this.place(); }
    all() { this.left = 0; this.by = 1; this.place(); }
    place() {
      this.left = Math.min(Math.max(this.left, 0), width - width / this.by);
      if (this.waiting) return;
      this.waiting = true;
      requestAnimationFrame(() => { this.waiting = false; this.paint(); });
    }
    paint() {
      const {left, by} = this, f = n => n.toFixed(2);
      for (const b of this.boxes) {
        let x = (b.x - left) * by, w = b.fixed ? b.w : b.w * by;
        // A browser need not draw what is far outside.
        if (x < -50 && !b.fixed) { w = Math.max(x + w + 50, 0); x = -50; }
        b.e.setAttribute("x", f(x));
        if (!b.fixed) b.e.setAttribute("width", f(Math.min(w, 2 * width)));
      }
      for (const m of this.marks) {
        let x = (m.x - left) * by;
        if (m.words) {
          const end = x + m.room * by;
          if (x < 0 && end > m.need) x = 0; // the words stay in sight
          m.words.classList.toggle("off", end - x < m.need);
        }
        m.e.setAttribute("transform", `translate(${f(x)},${m.y})`);
      }
      if (this.faint) this.faint.setAttribute("transform", `translate(${f(-left * by)},0) scale(${by},1)`);
      this.rule();
    }
    rule() {
      const marks = [];
      for (let n = 1; n < this.points.length; n++) {
        const [t0, x0] = this.points[n - 1], [t1, x1] = this.points[n], px = (x1 - x0) * this.by / (t1 - t0);
        if (n % 2 === 0) { marks.push([(x0 + x1) / 2, (t1 - t0).toPrecision(3) + " s quiet", true]); continue; }
        const least = 80 / px, power = 10 ** Math.floor(Math.log10(least)), step = [1, 2, 5, 10].map(m => m * power).find(s => s >= least * .999);
        const from = Math.max(t0, t0 + (this.left - x0) * (t1 - t0) / (x1 - x0)), to = Math.min(t1, t0 + (this.left + width / this.by - x0) * (t1 - t0) / (x1 - x0));
        for (let k = Math.ceil(from / step); k * step <= to; k++) marks.push([x0 + (k * step - t0) * (x1 - x0) / (t1 - t0), "+" + +(k * step).toPrecision(8), false]);
      }
      this.axis.replaceChildren(...marks.map(([x, words, gap]) => {
        const g = node("g", {class: gap ? "m break" : "m", transform: `translate(${((x - this.left) * this.by).toFixed(2)},0)`});
        const t = node("text", {y: this.height - 6});
        t.textContent = words;
        g.append(node("path", {d: `${this.top}V${this.height - 20}`}), t);
        return g;
      }));
    }
    // here gives the place of a pointer on the track.
    here(event) {
      const box = this.svg.getBoundingClientRect();
      return (event.clientX - box.left) * 1176 / box.width - 88;
    }
  }
  const node = (name, attributes) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    return e;
  };
  const lanes = new Map();
  const of = svg => lanes.get(svg) || (lanes.set(svg, new Lanes(svg)), lanes.get(svg));

  for (const svg of document.querySelectorAll(".lanes")) {
    svg.addEventListener("wheel", e => {
      // The page scrolls on where a picture cannot be zoomed out further.
      const l = of(svg);
      if (e.deltaY > 0 && l.by === 1 && !e.deltaX) return;
      e.preventDefault();
      if (Math.abs(e.deltaX) > Math.abs(e.deltaY)) l.move(e.deltaX); else l.zoom(Math.exp(-e.deltaY / 300), l.here(e));
    }, {passive: false});
    let from = null, moved = false;
    svg.addEventListener("pointerdown", e => { from = e.clientX; moved = false; });
    svg.addEventListener("pointermove", e => {
      if (from === null || !(e.buttons & 1)) { from = null; svg.classList.remove("held"); return; }
      if (!moved && Math.abs(e.clientX - from) < 4) return;
      moved = true;
      svg.classList.add("held");
      of(svg).move((from - e.clientX) * 1176 / svg.getBoundingClientRect().width);
      from = e.clientX;
    });
    addEventListener("pointerup", () => { from = null; svg.classList.remove("held"); });
    svg.addEventListener("dragstart", e => e.preventDefault());
    svg.addEventListener("click", e => {
      const a = e.target.closest("a");
      if (!a) return;
      e.preventDefault();
      if (!moved) pin(a.getAttribute("href").slice(1));
    });
    svg.addEventListener("keydown", e => {
      const l = of(svg), act = {"+": () => l.zoom(1.5, width / 2), "=": () => l.zoom(1.5, width / 2), "-": () => l.zoom(1 / 1.5, width / 2), "0": () => l.all(), ArrowLeft: () => l.move(-120), ArrowRight: () => l.move(120)}[e.key];
      if (act && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); act(); }
    });
  }
  for (const b of document.querySelectorAll("[data-zoom]")) b.addEventListener("click", () => {
    const l = of(b.closest("figure").querySelector(".lanes"));
    ({in: () => l.zoom(2, width / 2), out: () => l.zoom(.5, width / 2), all: () => l.all()})[b.dataset.zoom]();
  });

  // Details beside the pointer: the <title> of what lies under it.
  const tip = $("tip");
  let titled = null, kept = "";
  const leave = () => { if (titled) { titled.textContent = kept; titled = null; } tip.hidden = true; };
  document.addEventListener("pointerover", e => {
    const near = e.target.closest && e.target.closest(".lanes a, .lanes .flag, .band rect, .wf rect");
    const title = near && near.querySelector("title");
    if (title === titled) return;
    leave();
    if (!title) return;
    titled = title; kept = title.textContent;
    tip.textContent = kept;
    title.textContent = ""; // the browser would show it once more
    tip.hidden = false;
  });
  document.addEventListener("pointermove", e => {
    if (tip.hidden) return;
    tip.style.left = Math.max(Math.min(e.clientX + 14, innerWidth - tip.offsetWidth - 8), 4) + "px";
    tip.style.top = (e.clientY + 18 + tip.offsetHeight > innerHeight ? e.clientY - tip.offsetHeight - 12 : e.clientY + 18) + "px";
  });

  // A pinned row's cells, with their columns' names.
  function pin(id) {
    const row = $(id);
    if (!row || !row.closest) return;
    document.querySelectorAll(".pinned").forEach(e => e.classList.remove("pinned"));
    row.classList.add("pinned");
    const names = [...row.closest("table").tHead.rows[0].cells].map(c => c.textContent), list = document.createElement("dl");
    const add = (name, value) => {
      const dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = name;
      dd.append(value);
      list.append(dt, dd);
    };
    [...row.cells].forEach((c, n) => {
      const summary = c.querySelector("summary"), words = (summary || c).textContent.trim();
      const link = !summary && c.querySelector("a[href^='#']");
      if (words) add(names[n], link ? link.cloneNode(true) : words);
      for (const dt of c.querySelectorAll("dt")) add(dt.textContent, dt.nextElementSibling.textContent);
      if (c.title) {
        const filter = document.createElement("pre");
        filter.dataset.copy = "filter";
        filter.textContent = c.title;
        add("filter", filter);
      }
      for (const pre of c.querySelectorAll("pre")) {
        const p = document.createElement("pre"); // without the button that the row's may have
        p.dataset.copy = pre.dataset.copy;
        p.textContent = pre.firstChild.textContent;
        add(pre.dataset.copy, p);
      }
    });
    const to = document.createElement("a");
    to.href = "#" + id;
    to.textContent = "go to the row";
    const head = document.createElement("h3");
    head.textContent = id;
    $("pinned").replaceChildren(head, list, to);
    list.querySelectorAll("pre").forEach(copying);
    $("pin").hidden = false;
  }
  $("unpin").addEventListener("click", () => { $("pin").hidden = true; document.querySelectorAll(".pinned").forEach(e => e.classList.remove("pinned")); });
  $("pinned").addEventListener("click", e => {
    const a = e.target.closest("a[href^='#c'], a[href^='#s']");
    if (a && a.textContent !== "go to the row") { e.preventDefault(); pin(a.getAttribute("href").slice(1)); }
  });

  // What can be copied has a button.
  function copying(pre) {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "copy";
    b.textContent = "copy " + pre.dataset.copy;
    const text = pre.textContent;
    b.addEventListener("click", async () => {
      try { await navigator.clipboard.writeText(text); } catch (e) {
        getSelection().selectAllChildren(pre.firstChild.nodeType === 3 ? pre : pre.firstChild);
        document.execCommand("copy");
      }
      b.textContent = "copied";
      setTimeout(() => { b.textContent = "copy " + pre.dataset.copy; }, 1200);
    });
    pre.append(b);
  }
  document.addEventListener("toggle", e => {
    if (e.target.tagName !== "DETAILS" || !e.target.open) return;
    e.target.querySelectorAll("pre[data-copy]").forEach(p => { if (!p.querySelector("button")) copying(p); });
  }, true);

  // Search. What a row says is put in small letters once.
  let rows = null;
  function gather() {
    rows = [...document.querySelectorAll(".rows tbody tr, .shape")].map(e => ({e, text: e.textContent.toLowerCase(), chunk: e.closest(".chunk"), on: !e.hidden}));
  }
  let image = -1;
  function search() {
    if (!rows) gather();
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean), chunks = new Map();
    let n = 0;
    for (const r of rows) {
      const of = r.e.dataset.i, on = words.every(w => r.text.includes(w)) && (image < 0 || of === undefined || +of === image);
      if (r.on !== on) r.e.hidden = !(r.on = on);
      if (on) n++;
      if (r.chunk) chunks.set(r.chunk, on || chunks.get(r.chunk) || false);
    }
    for (const [c, on] of chunks) if (c.hidden === on) c.hidden = !on;
    for (const d of document.querySelectorAll("details.image")) d.hidden = words.length > 0 && !words.every(w => d.firstElementChild.textContent.toLowerCase().includes(w));
    $("found").textContent = words.length || image >= 0 ? `${n.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows` + (image >= 0 ? ", those of one image" : "") : "";
  }
  let soon;
  $("search").addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(search, 120); });
  for (const fig of document.querySelectorAll("[data-alone]")) {
    fig.addEventListener("click", () => {
      image = image === +fig.dataset.alone ? -1 : +fig.dataset.alone;
      document.querySelectorAll("[data-alone]").forEach(b => b.setAttribute("aria-pressed", +b.dataset.alone === image));
      search();
    });
  }
  // A link to a folded image opens it.
  addEventListener("hashchange", () => {
    const e = location.hash && $(decodeURIComponent(location.hash.slice(1)));
    if (!e) return;
    if (e.tagName === "DETAILS") e.open = true;
    if (e.hidden || e.classList.contains("hk")) { e.hidden = false; rows = null; if (e.closest(".chunk")) e.closest(".chunk").hidden = false; $("hk").checked = true; }
    e.scrollIntoView({block: "center"});
  });
  document.addEventListener("keydown", e => {
    if (e.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) { e.preventDefault(); $("search").focus(); }
    if (e.key === "Escape") { leave(); $("pin").hidden = true; if (document.activeElement === $("search")) { $("search").value = ""; image = -1; search(); } }
  });
})();
