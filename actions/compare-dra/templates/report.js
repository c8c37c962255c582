"use strict";
(() => {
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  const frame = document.getElementById("frame");
  if (!frame) return;
  const plot = frame.querySelector(".plot");
  const ticks = frame.querySelector(".ticks");
  const grid = frame.querySelector(".grid");
  const detail = document.getElementById("detail");
  const text = document.getElementById("counts").textContent;
  const counts = text ? JSON.parse(text) : null;
  const first = Number(frame.dataset.first), last = Number(frame.dataset.last);
  const [, , width, height] = plot.getAttribute("viewBox").split(" ").map(Number);
  const scale = width / (last - first);
  const space = "http://www.w3.org/2000/svg";
  document.getElementById("tools").hidden = false;

  // A row's words are told below the tools, so the browser need not show them a second time.
  const rows = [...plot.querySelectorAll(".row")].map((row) => {
    const title = row.querySelector("title");
    const about = title.textContent;
    title.remove();
    const box = row.getBBox();
    return { row, about, top: box.y, bottom: box.y + box.height };
  });

  const pointer = document.createElementNS(space, "line");
  pointer.setAttribute("class", "pointer");
  pointer.setAttribute("vector-effect", "non-scaling-stroke");
  pointer.setAttribute("y1", 0);
  pointer.setAttribute("y2", height);
  pointer.setAttribute("visibility", "hidden");
  plot.append(pointer);

  let view = { from: first, to: last };
  let chosen = -1;
  let time = null;

  const number = (value) => (Math.round(value * 10) / 10).toLocaleString("en", { maximumFractionDigits: 1 });

  // The columns of the curves: each stands for the seconds from its start to the next one's.
  const countsAt = (at) => {
    if (!counts || at < 0) return "";
    const column = Math.floor(at / counts.step);
    const side = (name, of) => {
      if (column >= of.joined.length) return `${name}: ended`;
      const asked = of.asked_for ? `${of.asked_for[column]} asked for, ` : "";
      return `${name}: ${asked}${of.joined[column]} joined, ${of.with_task[column]} with a task`;
    };
    return ` ${side("static", counts.static)}; ${side("DRA", counts.dra)}.`;
  };

  const tell = () => {
    const parts = [];
    if (chosen >= 0) parts.push(rows[chosen].about);
    if (time !== null) parts.push(`At ${number(time)} s.${countsAt(time)}`);
    if (parts.length) detail.textContent = parts.join(" ");
  };

  const choose = (place) => {
    if (place === chosen) return;
    if (chosen >= 0) rows[chosen].row.classList.remove("chosen");
    chosen = place;
    if (chosen >= 0) rows[chosen].row.classList.add("chosen");
  };

  const pointAt = (at) => {
    time = at === null ? null : Math.min(Math.max(at, first), last);
    pointer.setAttribute("visibility", time === null ? "hidden" : "visible");
    if (time === null) return;
    const x = (time - first) * scale;
    pointer.setAttribute("x1", x);
    pointer.setAttribute("x2", x);
  };

  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 43200, 86400];

  const draw = () => {
    const span = view.to - view.from;
    plot.setAttribute("viewBox", `${(view.from - first) * scale} 0 ${span * scale} ${height}`);
    frame.classList.toggle("zoomed", span < last - first);
    const step = steps.find((step) => step >= span / 9) || Math.ceil(span / 9 / 86400) * 86400;
    ticks.replaceChildren();
    grid.replaceChildren();
    for (let n = Math.ceil(view.from / step); n * step <= view.to; n += 1) {
      const at = n * step;
      const label = document.createElementNS(space, "text");
      label.setAttribute("class", "name");
      label.setAttribute("x", ((at - view.from) / span) * width);
      label.textContent = number(at).replace("-", "−");
      ticks.append(label);
      const line = document.createElementNS(space, "path");
      line.setAttribute("class", n === 0 ? "zero" : "line");
      line.setAttribute("d", `M${(at - first) * scale} 0V${height}`);
      line.setAttribute("vector-effect", "non-scaling-stroke");
      grid.append(line);
    }
  };

  const show = (from, span) => {
    span = Math.min(Math.max(span, Math.min(1, last - first)), last - first);
    from = Math.min(Math.max(from, first), last - span);
    view = { from, to: from + span };
    draw();
  };

  const zoom = (by, around) => {
    const span = view.to - view.from;
    const at = around === null || around === undefined ? (view.from + view.to) / 2 : around;
    show(at - ((at - view.from) * by), span * by);
  };

  const place = (event) => {
    const box = plot.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width, y = ((event.clientY - box.top) / box.height) * height;
    const inside = x >= 0 && x <= 1;
    return { at: inside ? view.from + x * (view.to - view.from) : null, y, width: box.width };
  };

  let dragged = null;
  frame.addEventListener("pointermove", (event) => {
    const here = place(event);
    if (dragged) {
      show(dragged.from - ((event.clientX - dragged.x) / here.width) * (view.to - view.from), view.to - view.from);
      return;
    }
    choose(rows.findIndex((row) => here.y >= row.top - 1 && here.y <= row.bottom + 1));
    pointAt(here.at);
    tell();
  });
  frame.addEventListener("pointerleave", () => pointAt(null));
  frame.addEventListener("pointerdown", (event) => {
    if (frame.classList.contains("zoomed")) {
      dragged = { x: event.clientX, from: view.from };
      frame.setPointerCapture(event.pointerId);
    }
  });
  const drop = () => { dragged = null; };
  frame.addEventListener("pointerup", drop);
  frame.addEventListener("pointercancel", drop);
  frame.addEventListener("wheel", (event) => {
    // Without a modifier the wheel scrolls the page.
    if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
    event.preventDefault();
    zoom(event.deltaY + event.deltaX > 0 ? 1.25 : 0.8, place(event).at);
  }, { passive: false });

  document.getElementById("tools").addEventListener("click", (event) => {
    const way = event.target.dataset.zoom;
    if (way === "in") zoom(0.5, time);
    if (way === "out") zoom(2, time);
    if (way === "reset") show(first, last - first);
  });

  frame.addEventListener("keydown", (event) => {
    const span = view.to - view.from;
    const keys = {
      ArrowDown: () => choose(Math.min(chosen + 1, rows.length - 1)),
      ArrowUp: () => choose(Math.max(chosen - 1, 0)),
      ArrowRight: () => pointAt((time === null ? view.from : time) + span / 50),
      ArrowLeft: () => pointAt((time === null ? view.to : time) - span / 50),
      Home: () => choose(0),
      End: () => choose(rows.length - 1),
      "+": () => zoom(0.5, time),
      "=": () => zoom(0.5, time),
      "-": () => zoom(2, time),
      0: () => show(first, last - first),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
    // The time that is told stays in sight.
    if (time !== null && (time < view.from || time > view.to)) show(time - (view.to - view.from) / 2, view.to - view.from);
    tell();
  });

  draw();
})();
