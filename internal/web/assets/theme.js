// Runs before the page is drawn: follows the system's light or dark unless the
// person chose one, which the server then says in the page.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  if (!root.hasAttribute("data-bs-theme")) {
    var follow = function () { root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light"); };
    follow();
    dark.addEventListener("change", follow);
  }
  root.classList.add("js");
  try {
    var zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && document.cookie.indexOf("tz=" + encodeURIComponent(zone)) < 0) {
      document.cookie = "tz=" + encodeURIComponent(zone) + "; path=/; max-age=31536000; samesite=lax";
    }
  } catch (e) { /* the vendor's zone is shown */ }
})();
