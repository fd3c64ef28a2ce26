// Blocking in the head, so that no page flashes in the wrong theme. The cookie is the person's choice, else the system's.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    var found = document.cookie.match(/(?:^|; )theme=(light|dark)/);
    return found && found[1];
  }
  function apply() {
    root.setAttribute("data-bs-theme", chosen() || (dark.matches ? "dark" : "light"));
  }
  root.classList.add("au-js");
  apply();
  dark.addEventListener("change", apply);
})();
