// Every page's script: htmx and our small modules, one behaviour each.
import "./htmx-setup.js";
import { start as autosubmit } from "./autosubmit.js";
import { start as autosize } from "./autosize.js";
import { start as graph } from "./graph.js";
import { start as keepTyped } from "./keep-typed.js";
import { start as menus } from "./menus.js";
import { start as namedButtons } from "./named-buttons.js";
import { start as narrow } from "./narrow.js";
import { start as once } from "./once.js";
import { start as rows } from "./rows.js";
import { start as searchKey } from "./search-key.js";
import { start as seconds } from "./seconds.js";
import { enhance } from "./select-search.js";
import { start as unsent } from "./unsent.js";
import { onLoad } from "./page.js";

document.documentElement.classList.add("js");
for (const start of [autosize, autosubmit, graph, keepTyped, menus, namedButtons, narrow, once, rows, searchKey, seconds, unsent])
  start();

onLoad((root) => {
  enhance(root);
  // Errors are read out first, then each links to its field.
  root.querySelector("[data-focus]")?.focus();
});
