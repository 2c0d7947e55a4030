// Makes bringing files easier where there is script: they may be dropped anywhere on the
// page, or pasted, and a QR code is read where the browser reads such codes itself.
(function () {
  "use strict";
  var words = JSON.parse(document.body.dataset.said || "{}");
  var t = function (text) { return words[text] || text; };
  var form = document.querySelector("form[data-files]");
  if (!form) { return; }
  var input = form.querySelector("input[type=file]"), text = form.querySelector("textarea");
  var chosen = form.querySelector("[data-files-chosen]");
  var show = function () { chosen.textContent = Array.from(input.files).map(function (f) { return f.name; }).join(", "); };

  function take(files) {
    var all = new DataTransfer();
    Array.from(input.files).concat(Array.from(files)).forEach(function (f) { all.items.add(f); });
    input.files = all.files;
    show();
    form.querySelector("[data-files-send]").focus();
  }
  input.addEventListener("change", show);
  document.addEventListener("dragover", function (e) { e.preventDefault(); form.classList.add("app-drop-here"); });
  document.addEventListener("dragleave", function (e) { if (!e.relatedTarget) { form.classList.remove("app-drop-here"); } });
  document.addEventListener("drop", function (e) {
    e.preventDefault();
    form.classList.remove("app-drop-here");
    if (e.dataTransfer.files.length) { take(e.dataTransfer.files); } else { text.value = e.dataTransfer.getData("text/plain") || text.value; }
  });
  document.addEventListener("paste", function (e) {
    if (e.clipboardData.files.length) { e.preventDefault(); take(e.clipboardData.files); return; }
    if (e.target === text) { return; }
    e.preventDefault();
    text.value = e.clipboardData.getData("text/plain");
    text.focus();
  });

  // Reading a code. Without a camera, or a browser that reads codes, there is no button.
  var scan = form.querySelector("[data-scan]"), view = form.querySelector("[data-scan-view]");
  if (!scan || !window.BarcodeDetector || !navigator.mediaDevices) { return; }
  var video = view.querySelector("video"), said = form.querySelector("[data-scan-say]"), stream = null;
  var kinds = (scan.dataset.scan || "qr_code").split(" ");
  BarcodeDetector.getSupportedFormats().then(function (all) {
    kinds = kinds.filter(function (kind) { return all.indexOf(kind) >= 0; });
    form.querySelector("[data-scan-field]").hidden = !kinds.length;
  }, function () {});

  function stop() {
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    stream = null;
    view.hidden = true;
    scan.hidden = false;
  }
  function read(detector) {
    if (!stream) { return; }
    detector.detect(video).then(function (codes) {
      if (!stream) { return; }
      if (!codes.length) { setTimeout(read, 200, detector); return; }
      if (text.dataset.scanAdd !== undefined) { // one after the other, each a line of its own
        var code = codes[0].rawValue.trim(), lines = text.value.trim();
        if (code && lines.split("\n").indexOf(code) < 0) {
          text.value = (lines ? lines + "\n" : "") + code;
          said.textContent = code;
        }
        setTimeout(read, 500, detector);
        return;
      }
      stop();
      text.value = codes[0].rawValue;
      form.requestSubmit();
    }, function () { setTimeout(read, 200, detector); }); // no picture has come yet
  }
  scan.addEventListener("click", function () {
    said.textContent = "";
    navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).then(function (s) {
      stream = s;
      video.srcObject = s;
      scan.hidden = true;
      view.hidden = false;
      view.querySelector("button").focus();
      video.play();
      read(new BarcodeDetector({ formats: kinds }));
    }, function (e) {
      said.textContent = e.name === "NotAllowedError" ? t("The camera was not allowed. Allow it in the browser, or paste the text of the code.") :
        t("There is no camera. Paste the text of the code.");
    });
  });
  view.querySelector("button").addEventListener("click", function () { stop(); scan.focus(); });
  window.addEventListener("pagehide", stop);
})();
