// What script adds to pages that work without it: filters that apply as one types,
// pages of lists in place, dialogues, search from anywhere, charts, copy buttons.
(function () {
  "use strict";

  // What is said comes in the language of the page.
  var said = JSON.parse(document.body.dataset.said || "{}");
  var t = function (text) { return said[text] || text; };

  var each = function (root, selector, fn) { Array.prototype.forEach.call(root.querySelectorAll(selector), fn); };

  // Lists: filters apply at once, sorting and clearing keep the page where it is.
  function lists(root) {
    each(root, "form[data-filters]", function (form) {
      if (form.dataset.ready) { return; }
      form.dataset.ready = "1";
      var timer;
      var apply = function () {
        var query = new URLSearchParams();
        var columns = [];
        new FormData(form).forEach(function (value, name) {
          if (name === "cols") { columns.push(value); } else if (value !== "") { query.set(name, value); }
        });
        if (columns.length) { query.set("cols", columns.join(",")); }
        show(location.pathname + (query.toString() ? "?" + query : ""));
      };
      form.addEventListener("submit", function (e) { e.preventDefault(); apply(); });
      form.addEventListener("input", function (e) {
        if (e.target.name === "cols") { return; }
        clearTimeout(timer);
        timer = setTimeout(apply, e.target.type === "search" || e.target.type === "number" ? 250 : 0);
      });
    });
    each(root, "a[data-list-link]", function (a) {
      if (a.dataset.ready) { return; }
      a.dataset.ready = "1";
      a.addEventListener("click", function (e) {
        if (e.metaKey || e.ctrlKey || e.shiftKey) { return; }
        e.preventDefault();
        show(a.href);
      });
    });
    each(root, "form[data-bulk]", bulk);
  }

  // show reads a list's page at an address into this page.
  var asked = 0;
  function show(address) {
    var list = document.getElementById("list");
    if (!list) { location.href = address; return; }
    var mine = ++asked;
    var focus = document.activeElement && list.contains(document.activeElement) ? document.activeElement.id : "";
    list.setAttribute("aria-busy", "true");
    fetch(address, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" }).then(function (r) {
      if (r.redirected && r.url.indexOf("/sign-in") > 0) { location.href = address; return null; }
      return r.text();
    }).then(function (text) {
      if (text === null || mine !== asked) { return; }
      var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("list");
      if (!fresh) { location.href = address; return; }
      var typed = focus && document.getElementById(focus);
      var at = typed && typed.selectionStart, value = typed && typed.value;
      list.replaceWith(fresh);
      history.replaceState(null, "", address);
      ready(fresh);
      if (window.htmx) { window.htmx.process(fresh); }
      var again = focus && document.getElementById(focus);
      if (again) {
        if (value !== null && again.type === "search") { again.value = value; }
        again.focus();
        if (again.setSelectionRange && at !== null && again.type === "search") { again.setSelectionRange(at, at); }
      }
    }).catch(function () { list.removeAttribute("aria-busy"); toast(t("The list could not be read. Try again.")); });
  }

  // Tick boxes: the bar of what to do with them shows while some are ticked.
  function bulk(form) {
    if (form.dataset.ready) { return; }
    form.dataset.ready = "1";
    var bar = form.querySelector("[data-bulk-bar]"), all = form.querySelector("[data-tick-all]");
    var count = form.querySelector("[data-bulk-count]");
    var update = function () {
      var n = form.querySelectorAll("input[name=id]:checked").length;
      bar.hidden = n === 0;
      count.textContent = n === 1 ? t("1 row") : t("# rows").replace("#", n);
    };
    form.addEventListener("change", function (e) {
      if (e.target === all) { each(form, "input[name=id]", function (box) { box.checked = all.checked; }); }
      update();
    });
    update();
  }

  // Fields that only matter while another has a value.
  function whens(root) {
    each(root, "[data-when]", function (field) {
      if (field.dataset.ready) { return; }
      field.dataset.ready = "1";
      var conditions = field.dataset.when.split("&").map(function (one) {
        var cut = one.indexOf("=");
        return { name: one.slice(0, cut), values: one.slice(cut + 1).split("|") };
      });
      var form = field.closest("form");
      var update = function () {
        var given = new FormData(form);
        field.hidden = !conditions.every(function (c) { return c.values.indexOf(given.get(c.name) || "") >= 0; });
        var group = field.closest(".app-group");
        if (group) { group.hidden = !group.querySelector(".app-field:not([hidden])"); }
      };
      form.addEventListener("change", update);
      update();
    });
  }

  // go opens an address, this page's own too.
  function go(address) {
    var same = new URL(address, location.href).href === location.href;
    if (same) { location.reload(); } else { location.href = address; }
  }

  // Dialogues: the form of a page, above this page.
  var dialog = document.getElementById("dialog");
  document.addEventListener("click", function (e) {
    var a = e.target.closest && e.target.closest("a[data-dialog]");
    if (!a || !dialog || !dialog.showModal || e.metaKey || e.ctrlKey || e.shiftKey) { return; }
    e.preventDefault();
    fetch(a.href, { credentials: "same-origin" }).then(function (r) {
      if (!r.ok || r.redirected) { throw new Error(); }
      return r.text();
    }).then(function (text) { open(text, a.href); }).catch(function () { location.href = a.href; });
  });
  function open(text, address) {
    var page = new DOMParser().parseFromString(text, "text/html");
    var main = page.getElementById("main"), title = page.querySelector("#main h1");
    var form = main && main.querySelector("form.app-form");
    if (!form) { location.href = address; return; }
    each(main, ".app-head, #flash", function (part) { part.remove(); });
    dialog.replaceChildren();
    var head = document.createElement("h2");
    head.className = "app-dialog-title";
    head.textContent = title ? title.textContent : "";
    dialog.append(head);
    Array.prototype.slice.call(main.childNodes).forEach(function (node) { dialog.append(document.adoptNode(node)); });
    dialog.setAttribute("aria-label", head.textContent);
    form = dialog.querySelector("form.app-form");
    if (!form.getAttribute("action") || form.getAttribute("action")[0] === "?") {
      form.setAttribute("action", address.split("?")[0] + (form.getAttribute("action") || ""));
    }
    ready(dialog);
    if (!dialog.open) { dialog.showModal(); }
    var first = dialog.querySelector(".app-meanwhile") || dialog.querySelector("input:not([type=hidden]), select, textarea") || dialog.querySelector("button");
    if (first) { first.focus(); }
    if (form.enctype === "multipart/form-data") { return; }
    form.addEventListener("submit", function (e) {
      e.preventDefault();
      fetch(form.action, { method: "POST", headers: { "Chancery-Dialogue": "1" }, body: new URLSearchParams(new FormData(form)), credentials: "same-origin" }).then(function (r) {
        if (r.headers.has("Chancery-To")) { go(r.headers.get("Chancery-To")); return null; }
        if (r.redirected) { location.href = r.url; return null; }
        return r.text();
      }).then(function (again) {
        if (again === null) { return; }
        var said = new DOMParser().parseFromString(again, "text/html").querySelectorAll("#main .app-problem-text, #main .app-problem-text ~ p:not(.app-quiet):not(:has(a))");
        if (said.length) { tell(form, Array.prototype.map.call(said, function (p) { return p.textContent; }).join(" ")); } else { open(again, address); }
      }).catch(function () { tell(form, t("The server did not answer. Send it again: what has arrived is not done twice.")); });
    });
  }
  // What a dialogue's form says when its page could not: what was filled in stays.
  function tell(form, text) {
    var box = form.querySelector("[data-told]") || document.createElement("div");
    box.className = "alert alert-red";
    box.dataset.told = "";
    box.setAttribute("role", "alert");
    box.textContent = text;
    form.prepend(box);
    box.scrollIntoView({ block: "nearest" });
  }
  if (dialog) {
    dialog.addEventListener("click", function (e) {
      if (e.target === dialog || e.target.closest("[data-close]")) { e.preventDefault(); dialog.close(); }
    });
  }

  // Search from anywhere: "/" or Ctrl-K, results while typing.
  var search = document.getElementById("search"), results = document.getElementById("search-results");
  document.addEventListener("keydown", function (e) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement && document.activeElement.tagName);
    if (search && (e.key === "/" && !typing || e.key === "k" && (e.ctrlKey || e.metaKey))) {
      e.preventDefault();
      search.focus();
      search.select();
    }
    if (e.key === "Escape") {
      each(document, "details.app-drop[open], details.app-menu[open]", function (d) { d.open = false; d.querySelector("summary").focus(); });
      if (results) { results.hidden = true; }
    }
  });
  if (search && results) {
    var searching;
    search.addEventListener("input", function () {
      clearTimeout(searching);
      if (search.value.trim().length < 2) { results.hidden = true; return; }
      searching = setTimeout(function () {
        fetch(search.dataset.search + "?q=" + encodeURIComponent(search.value.trim()), { credentials: "same-origin" }).then(function (r) {
          return r.ok && !r.redirected ? r.text() : "";
        }).then(function (text) {
          var found = text && new DOMParser().parseFromString(text, "text/html").getElementById("found");
          if (!found) { results.hidden = true; return; }
          results.replaceChildren(document.adoptNode(found));
          results.hidden = false;
        }).catch(function () { results.hidden = true; });
      }, 180);
    });
    search.form.addEventListener("keydown", function (e) {
      if (e.key !== "ArrowDown" && e.key !== "ArrowUp" || results.hidden) { return; }
      e.preventDefault();
      var links = Array.prototype.slice.call(results.querySelectorAll("a"));
      var at = links.indexOf(document.activeElement) + (e.key === "ArrowDown" ? 1 : -1);
      if (at < 0) { search.focus(); } else if (links[at]) { links[at].focus(); }
    });
    document.addEventListener("click", function (e) { if (!search.form.contains(e.target)) { results.hidden = true; } });
  }
  document.addEventListener("click", function (e) {
    each(document, "details.app-drop[open]", function (d) { if (!d.contains(e.target)) { d.open = false; } });
  });

  // Copy buttons.
  document.addEventListener("click", function (e) {
    var button = e.target.closest && e.target.closest("[data-copy]");
    if (!button) { return; }
    var text = button.dataset.copy;
    (navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject()).then(function () { toast(t("Copied.")); }, function () {
      window.prompt(t("Copy this:"), text);
    });
  });

  function toast(text) {
    var box = document.getElementById("flash");
    if (!box) { return; }
    var old = box.querySelector(".app-toast");
    if (old) { old.remove(); }
    var p = document.createElement("p");
    p.className = "app-toast";
    p.setAttribute("role", "status");
    p.textContent = text;
    box.append(p);
    setTimeout(function () { p.remove(); }, 2500);
  }

  // Light or dark: at once, and kept by the server.
  each(document, "[data-theme-toggle]", function (button) {
    button.addEventListener("click", function (e) {
      e.preventDefault();
      var root = document.documentElement;
      var next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", next);
      document.cookie = "theme=" + next + "; path=/; max-age=31536000; samesite=lax";
      each(document, "[data-chart]", function (box) { draw(box); });
    });
  });

  // A form is sent once.
  document.addEventListener("submit", function (e) {
    if (e.defaultPrevented || e.target.method !== "post" || e.target.hasAttribute("data-again") || e.submitter && (e.submitter.formMethod === "get" || e.submitter.formTarget)) { return; }
    each(e.target, "button", function (b) { setTimeout(function () { b.disabled = true; }, 0); });
  });
  window.addEventListener("pageshow", function () { each(document, "form button:disabled", function (b) { b.disabled = false; }); });

  // Previews: what is typed shows in the frame a moment later.
  each(document, "button[data-preview]", function (button) {
    var timer;
    button.form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(function () {
        // A new frame's first page is no step of the browser's history.
        var frame = document.querySelector('iframe[name="' + button.formTarget + '"]'), fresh = frame.cloneNode();
        fresh.removeAttribute("src");
        frame.replaceWith(fresh);
        button.form.requestSubmit(button);
      }, 700);
    });
  });

  // Charts.
  var me = document.querySelector("script[data-echarts]");
  function charts(root) {
    var boxes = root.querySelectorAll("[data-chart]");
    if (!boxes.length) { return; }
    each(root, "details.app-figures", function (d) { d.open = false; });
    var go = function () { Array.prototype.forEach.call(boxes, draw); };
    if (window.echarts) { go(); return; }
    var script = document.createElement("script");
    script.src = me.dataset.echarts;
    script.onload = go;
    document.head.append(script);
  }
  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
  // The first series of a tone has its colour, others ever paler shades of it.
  function shade(c, nth) {
    var part = Math.pow(0.66, nth), card = parts(colour("--app-card"));
    return "rgb(" + parts(c).map(function (n, i) { return Math.round(n * part + card[i] * (1 - part)); }).join(", ") + ")";
  }
  function parts(c) {
    var digits = c.length === 4 ? c.replace(/[0-9a-f]/gi, "$&$&") : c;
    return [1, 3, 5].map(function (i) { return parseInt(digits.slice(i, i + 2), 16); });
  }
  // Today goes on: its bar is pale, and its point on a line is hollow. A point between
  // two gaps has no line, and is a dot.
  function bars(values, today) {
    return values.map(function (v, i) { return i === today ? { value: v, itemStyle: { opacity: 0.45 } } : v; });
  }
  function points(values, today) {
    var has = function (i) { return typeof values[i] === "number"; };
    return values.map(function (v, i) {
      if (i === today) { return { value: v, symbol: "emptyCircle", symbolSize: 7 }; }
      return has(i) && !has(i - 1) && !has(i + 1) ? { value: v, symbol: "circle", symbolSize: 6 } : v;
    });
  }
  function draw(box) {
    var d = JSON.parse(box.dataset.chart);
    var tones = { good: "--app-good", notable: "--app-notable", soon: "--app-soon", warning: "--app-warning", bad: "--app-bad", info: "--app-1", neutral: "--app-quiet" };
    var palette = ["--app-1", "--app-2", "--app-3", "--app-4", "--app-5", "--app-6", "--app-7", "--app-8"].map(colour);
    var text = colour("--app-text-quiet"), line = colour("--app-line");
    var old = window.echarts.getInstanceByDom(box);
    if (old) { old.dispose(); }
    var chart = window.echarts.init(box, null, { renderer: "canvas" });
    var font = getComputedStyle(document.body).fontFamily;
    var named = d.series.length > 1 || d.kind === "ring";
    // The legend stands below the axis, in as many lines as its words need.
    var words = d.kind === "ring" ? d.labels : d.series.map(function (s) { return s.name; });
    var wide = words.reduce(function (sum, word) { return sum + 32 + 6.5 * word.length; }, 0);
    var lines = Math.max(1, Math.ceil(wide / Math.max(120, box.clientWidth - 20)));
    var option = {
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches, animationDuration: 250, color: palette, textStyle: { fontFamily: font, color: text },
      tooltip: { renderMode: "richText", trigger: d.kind === "ring" ? "item" : "axis", confine: true, axisPointer: { type: d.kind === "line" ? "line" : "shadow" } },
      legend: { show: named, bottom: 0, icon: "circle", itemWidth: 8, itemHeight: 8, itemGap: 14, textStyle: { color: text } }
    };
    if (d.kind === "ring") {
      var high = box.clientHeight - 28 * lines - 4;
      option.series = [{ type: "pie", radius: [high * 0.34, high / 2], center: ["50%", high / 2 + 2], label: { show: false }, itemStyle: { borderColor: colour("--app-card"), borderWidth: 2 },
        data: d.labels.map(function (label, i) { return { name: label, value: d.series[0].values[i], itemStyle: d.tones && d.tones[i] ? { color: colour(tones[d.tones[i]]) } : undefined }; }) }];
    } else {
      var names = { type: "category", data: d.labels, axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: text, hideOverlap: true, margin: 12 }, boundaryGap: d.kind !== "line", inverse: d.kind === "rank" };
      var values = { type: "value", minInterval: 1, axisLabel: { color: text }, splitLine: { lineStyle: { color: line } } };
      option.grid = { left: 4, right: 12, top: 12, bottom: option.legend.show ? 6 + 28 * lines : 4, containLabel: true };
      option.xAxis = d.kind === "rank" ? values : names;
      option.yAxis = d.kind === "rank" ? names : values;
      var worn = {};
      var last = d.today ? d.labels.length - 1 : -1;
      option.series = d.series.map(function (s, i) {
        var c = s.tone ? shade(colour(tones[s.tone]), worn[s.tone] = worn[s.tone] + 1 || 0) : palette[i % palette.length];
        return { name: s.name, data: d.kind === "line" ? points(s.values, last) : bars(s.values, last), type: d.kind === "line" ? "line" : "bar", stack: d.kind === "stack" ? "all" : undefined, symbolSize: 0, smooth: 0.15,
          lineStyle: { width: 2 }, barMaxWidth: 22, itemStyle: { color: c, borderRadius: d.kind === "bar" ? [3, 3, 0, 0] : 0 }, areaStyle: d.kind === "line" && d.series.length === 1 ? { opacity: 0.12 } : undefined };
      });
    }
    chart.setOption(option);
    if (d.hrefs) { chart.on("click", function (e) { if (d.hrefs[e.dataIndex]) { location.href = d.hrefs[e.dataIndex]; } }); }
  }
  window.addEventListener("resize", function () {
    each(document, "[data-chart]", function (box) { var c = window.echarts && window.echarts.getInstanceByDom(box); if (c) { c.resize(); } });
  });

  // Pages that show what is happening now read their parts again.
  each(document, "[data-refresh]", function (part) {
    setInterval(function () {
      if (document.hidden || part.contains(document.activeElement)) { return; }
      fetch(location.href, { credentials: "same-origin" }).then(function (r) { return r.ok && !r.redirected ? r.text() : ""; }).then(function (text) {
        var fresh = text && new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
        if (fresh && !fresh.hasAttribute("data-refresh")) { location.reload(); return; } // it is over: the rest of the page changes too
        if (fresh) { part.replaceChildren.apply(part, Array.prototype.slice.call(fresh.childNodes)); ready(part); }
      }).catch(function () { /* the next time */ });
    }, 5000);
  });

  // Fields that suggest what may be meant.
  function suggests(root) {
    each(root, "input[data-suggest]", function (input) {
      if (input.dataset.ready) { return; }
      input.dataset.ready = "1";
      var list = document.createElement("datalist"), timer, asked = "";
      list.id = input.id + "-suggestions";
      input.after(list);
      input.setAttribute("list", list.id);
      input.addEventListener("input", function () {
        clearTimeout(timer);
        var text = input.value.trim();
        if (text.length < 2 || text === asked) { return; }
        timer = setTimeout(function () {
          asked = text;
          fetch(input.dataset.suggest + "?q=" + encodeURIComponent(text), { credentials: "same-origin" }).then(function (r) {
            return r.ok && !r.redirected ? r.json() : [];
          }).then(function (all) {
            list.replaceChildren.apply(list, all.map(function (s) {
              var option = document.createElement("option");
              option.value = s.value;
              option.label = s.label;
              return option;
            }));
          }).catch(function () { /* typing it in full works too */ });
        }, 150);
      });
    });
  }

  // Forms of which parts depend on what is chosen: those parts are read again, and all
  // else stays as it is. What is typed goes by POST, so that no address holds it.
  function looks(root) {
    each(root, "form:has([data-look])", function (form) {
      if (form.dataset.looking) { return; }
      form.dataset.looking = "1";
      var button = form.querySelector("[data-look]"), timer, newest = 0;
      var look = function () {
        var mine = ++newest, sent = new FormData(form);
        sent.set(button.name, button.value);
        fetch(location.pathname, { method: "POST", headers: { "Chancery-Dialogue": "1" }, body: new URLSearchParams(sent), credentials: "same-origin" }).then(function (r) {
          if (r.status !== 200) { throw new Error(); }
          return r.text();
        }).then(function (text) {
          if (mine !== newest) { return; }
          var page = new DOMParser().parseFromString(text, "text/html");
          each(document, "[data-part]", function (part) {
            var fresh = page.getElementById(part.id);
            if (fresh) { exchange(part, document.adoptNode(fresh), sent); }
          });
        }).catch(function () { if (mine === newest) { toast(t("What depends on this could not be read. Choose it again.")); } });
      };
      form.addEventListener("change", function (e) {
        if (!e.target.matches("[data-looks]")) { return; }
        clearTimeout(timer);
        timer = setTimeout(look, 100); // arrow keys go through a list quickly
      });
    });
  }
  // exchange puts a fresh part in the place of an old one. What was filled in after the
  // form was sent stays, and so do the focus and what is unfolded.
  function exchange(part, fresh, sent) {
    each(part, "input, select, textarea", function (old) {
      var one = old.type === "checkbox" || old.type === "radio";
      var again = fresh.querySelector("[name=" + CSS.escape(old.name) + "]" + (one ? "[value=" + CSS.escape(old.value) + "]" : ""));
      if (!again) { return; }
      if (one) { again.checked = old.checked; } else if (old.value !== sent.get(old.name)) { again.value = old.value; }
    });
    each(part, "details[open]", function (old) {
      each(fresh, "details", function (d) { if (d.firstChild.textContent === old.firstChild.textContent) { d.open = true; } });
    });
    var focus = part.contains(document.activeElement) ? document.activeElement : null;
    part.replaceWith(fresh);
    ready(fresh);
    var again = focus && focus.id && document.getElementById(focus.id);
    if (!again) { return; }
    again.focus({ preventScroll: true });
    if (again.type === "text") { again.setSelectionRange(focus.selectionStart, focus.selectionEnd); }
  }

  function ready(root) { lists(root); whens(root); charts(root); suggests(root); looks(root); }
  ready(document);
  // A file that somebody has just asked for comes by itself; its button gives it again.
  each(document, "form[data-download]", function (form) { form.requestSubmit(); });
  document.addEventListener("htmx:load", function (e) { ready(e.detail.elt); });
})();
