// What is known of the row one is in: beside the grid where there is room, in a sheet over it elsewhere.
// Without this script a row's link leads to the same on a page of its own.

const PAUSE = 400;
const STORE = "panel folded";
const wide = matchMedia("(min-width: 1200px)");
const frame = document.querySelector(".panelled");
const side = document.querySelector("[data-panel-side]");
const place = side.querySelector("[data-panel-place]");
const form = document.getElementById("sheet");
// What was fetched, by address, until its row is saved anew.
const kept = new Map();
let wanted = null;
let origin = null;
let timer = null;
let asking = null;

const isBeside = () => side.checkVisibility();

function rowOf(element) {
  const row = element.closest?.("#grid tr");
  return row?.matches(".extra") ? row.previousElementSibling : row;
}

const linkOf = (element) => rowOf(element)?.querySelector("a[data-details]") ?? null;

// Showing

function want(link, pause) {
  if (link !== wanted) {
    asking?.abort();
    wanted?.closest("tr").classList.remove("beside-shown");
    link.closest("tr").classList.add("beside-shown");
    wanted = link;
    place.classList.add("stale");
  }
  clearTimeout(timer);
  timer = setTimeout(show, kept.has(link.href) ? 0 : pause);
}

async function show() {
  const link = wanted;
  if (!kept.has(link.href)) {
    asking?.abort();
    asking = new AbortController();
    try {
      kept.set(link.href, await ask(link.href, asking.signal));
    } catch (error) {
      if (error.name !== "AbortError") put(link, failure(error));
      return;
    }
  }
  put(link, kept.get(link.href));
}

async function ask(address, signal) {
  const response = await fetch(address, { signal });
  if (response.redirected) throw new Error("登录已失效，请在另一个窗口重新登录后再试。");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const content = page.querySelector("[data-panel-content]");
  if (!response.ok || !content) throw new Error("服务器没有给出这项指标的详情，请稍后再试。");
  return document.adoptNode(content);
}

function failure(error) {
  const words = document.createElement("p");
  words.className = "error";
  words.setAttribute("role", "status");
  words.textContent = error instanceof TypeError ? "连不上服务器，没有取到详情。" : error.message;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn plain";
  again.textContent = "重试";
  again.addEventListener("click", show);
  const box = document.createElement("div");
  box.append(words, again);
  return box;
}

function put(link, content) {
  if (link !== wanted) return;
  const target = sheet.open ? body : place;
  const isOther = !target.contains(content);
  // Whoever reads or presses something in it is not disturbed by a fresher one.
  if (isOther && target.contains(document.activeElement) && !target.querySelector(".error")) return;
  if (isOther) target.replaceChildren(content);
  place.classList.remove("stale");
  if (!isOther || sheet.open) return;
  const scroller = side.closest("aside") ?? side;
  scroller.scrollTop = scroller === side ? 0 : side.offsetTop;
}

// Following the focus

document.addEventListener("focusin", (event) => {
  const link = linkOf(event.target);
  if (link && isBeside()) want(link, PAUSE);
});
// As long as somebody types, nothing is fetched.
form?.addEventListener("input", () => {
  if (wanted && isBeside() && !kept.has(wanted.href)) want(wanted, PAUSE);
});
document.addEventListener("saved", (event) => {
  const link = linkOf(event.target);
  if (!link) return;
  kept.delete(link.href);
  if (link === wanted && isBeside()) want(link, PAUSE);
});

// Opening and closing

const sheet = document.createElement("dialog");
const body = document.createElement("div");
sheet.className = "sheet-panel";
sheet.setAttribute("aria-label", side.getAttribute("aria-label"));
sheet.append(side.querySelector(".panel-bar").cloneNode(true), body);
const close = sheet.querySelector("button");
close.textContent = "关闭";
close.addEventListener("click", () => sheet.close());
// A click beside the sheet closes it; closing gives the focus back to where it was.
sheet.addEventListener("click", (event) => {
  if (event.target === sheet) sheet.close();
});
document.body.append(sheet);

function fold(isFolded) {
  frame.classList.toggle("folded", isFolded);
  try {
    if (isFolded) localStorage.setItem(STORE, "1");
    else localStorage.removeItem(STORE);
  } catch {
    // A browser that keeps nothing asks again on the next page.
  }
}

function open(link) {
  if (wide.matches && frame.matches(".folded")) fold(false);
  if (!isBeside() && !sheet.open) {
    body.replaceChildren();
    sheet.showModal();
  }
  want(link, 0);
}

function goBack() {
  if (origin?.isConnected) origin.focus();
}

try {
  frame.classList.toggle("folded", localStorage.getItem(STORE) !== null);
} catch {
  // Then it stands open.
}
side.querySelector("button").addEventListener("click", () => {
  goBack();
  fold(true);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-details]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
  const isInside = side.contains(event.target);
  if (isInside && (event.key === "Escape" || event.key === "F4")) {
    event.preventDefault();
    goBack();
  } else if (event.key === "F4" && sheet.open) {
    event.preventDefault();
    sheet.close();
  } else if (event.key === "F4" && !document.querySelector("dialog[open]")) {
    const link = linkOf(event.target) ?? wanted ?? document.querySelector("a[data-details]");
    if (!link) return;
    event.preventDefault();
    origin = event.target;
    open(link);
    if (isBeside()) side.focus();
  }
});
// In the grid F4 is the way there by keyboard: Tab goes from cell to cell as before.
if (form) for (const link of document.querySelectorAll("a[data-details]")) link.tabIndex = -1;
