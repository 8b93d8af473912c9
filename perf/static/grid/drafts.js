// Saving by itself: what was typed lies in this browser at once, and on the server as soon as its cell is left.
// What the browser keeps is of one person and one page; it goes as soon as the server has it.
import { form, isChanged, isTicked, markSaved, put, rowOf, showAt, valueOf } from "./cells.js";

const PATIENCE = 5000;
const stashKey = `grid ${form.dataset.person} ${location.pathname}${form.dataset.office ? ` ${form.dataset.office}` : ""}`;
const hidden = (name) => form.elements[name];

let isBusy = false;
let isOffline = false;
let isStopped = false;
let queue = new Set();
let idle = [];
let retry = null;
let told = () => {};
let savedAt = "";

// A group is what is saved at once: an indicator's row, a source's amount, or a quantity.
const ROW = /^(actual|tier|rate|nodata|kind|reason|expected|likelihood|answer)-(\d+)(-|$)/;
const SINGLE = /^(executed|quantity)-[\w-]+$/;

const groupOf = (one) => (SINGLE.test(one.name) ? one.name : (one.name?.match(ROW)?.[2] ?? null));
const controlsOf = (group) =>
  SINGLE.test(group) ? [form.elements[group]] : [...form.elements].filter((one) => one.name?.match(ROW)?.[2] === group);

function hiddenOf(group) {
  const [, name, key] = group.match(/^(?:(executed|quantity)-)?(.+)$/);
  const before = name ? `${name}-` : "";
  return [`${before}version-${key}`, `${before}was-${key}`];
}

const groups = () => new Set([...form.elements].filter(isChanged).map(groupOf).filter(Boolean));

// In this browser

export function stash({ isPosted = false } = {}) {
  const kept = {};
  for (const group of groups()) {
    const cells = Object.fromEntries(controlsOf(group).filter(isChanged).map((one) => [one.id, valueOf(one)]));
    kept[group] = { version: hidden(hiddenOf(group)[0]).value, cells };
  }
  try {
    if (Object.keys(kept).length) localStorage.setItem(stashKey, JSON.stringify({ isPosted, kept }));
    else localStorage.removeItem(stashKey);
  } catch {
    // A browser that keeps nothing still saves to the server.
  }
}

// Puts back what never reached the server. Where the row has moved on since, the server will show both; a row of
// a form that was sent off has moved on because it was saved.
export function unstash() {
  let stashed = null;
  try {
    stashed = JSON.parse(localStorage.getItem(stashKey) ?? "null");
  } catch {
    // Nothing that can be read was kept.
  }
  if (!stashed || form.hasAttribute("data-unsaved")) return false;
  let isAny = false;
  for (const [group, { version, cells }] of Object.entries(stashed.kept)) {
    const versions = hidden(hiddenOf(group)[0]);
    if (!versions || (stashed.isPosted && versions.value !== version)) continue;
    for (const [id, value] of Object.entries(cells)) {
      const cell = document.getElementById(id);
      if (!cell || valueOf(cell) === value) continue;
      put(cell, value);
      versions.value = version;
      queue.add(group);
      isAny = true;
    }
  }
  return isAny;
}

// On the server

// Save the row of a cell that was left; resolves when nothing is on its way any more.
export function save(one) {
  const group = one && groupOf(one);
  if (group && !isStopped) queue.add(group);
  flush();
  return settled();
}

export function saveAll() {
  if (!isStopped) for (const group of groups()) queue.add(group);
  flush();
  return settled();
}

export const settled = () => (isBusy ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve());

async function flush() {
  if (isBusy) return;
  isBusy = true;
  while (queue.size) {
    const sent = queue;
    queue = new Set();
    if (!(await post(sent))) {
      for (const group of sent) queue.add(group);
      break;
    }
  }
  isBusy = false;
  for (const resolve of idle) resolve();
  idle = [];
  tell();
}

// Whether the server has answered for these groups, whatever it said.
async function post(sent) {
  const body = new FormData();
  body.set("csrf_token", hidden("csrf_token").value);
  body.set("version", hidden("version").value);
  const posted = new Map();
  for (const group of sent) {
    for (const name of hiddenOf(group)) body.set(name, hidden(name).value);
    for (const one of controlsOf(group)) {
      posted.set(one, valueOf(one));
      if (!isTicked(one) || one.checked) body.set(one.name, one.value);
    }
    mark(group, "saving", "正在保存");
  }
  tell("正在保存……");
  let answer;
  try {
    const response = await fetch(form.dataset.draft, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      keepalive: true,
      signal: AbortSignal.timeout(PATIENCE * 4),
    });
    if (response.status >= 500 || response.status === 429) throw new Error(response.statusText);
    if (response.redirected || !response.headers.get("Content-Type")?.includes("json")) return stop(sent, "登录已失效，填写已留在本机。请重新登录后打开本页，会自动放回");
    answer = await response.json();
    if (!response.ok) return stop(sent, answer.message);
  } catch {
    for (const group of sent) mark(group, "waiting", "待保存");
    isOffline = true;
    clearTimeout(retry);
    retry = setTimeout(flush, PATIENCE);
    return false;
  }
  isOffline = false;
  take(answer, sent, posted);
  return true;
}

// Rows and files are sent side by side, and an answer may overtake the one before it: what does not fit yet waits.
const steps = [];

export function takeVersion(step) {
  if (step) steps.push(step);
  for (let next; (next = steps.findIndex(([before]) => before === hidden("version").value)) >= 0; ) {
    hidden("version").value = steps.splice(next, 1)[0][1];
  }
}

function stop(sent, sentence) {
  for (const group of sent) mark(group, "waiting", "没有保存");
  isStopped = true;
  queue = new Set();
  tell(sentence);
  return true;
}

function take(answer, sent, posted) {
  const { version, ...rows } = answer.moved;
  takeVersion(version);
  for (const [name, [before, after]] of Object.entries(rows)) {
    const field = hidden(name);
    if (field && field.value === before) field.value = after;
  }
  savedAt = answer.saved_at;
  for (const group of sent) {
    const conflict = answer.conflicts[group];
    const isWrong = controlsOf(group).some((one) => answer.errors[cellOf(one)]);
    showConflict(group, conflict);
    if (conflict) mark(group, "conflict", "与他人冲突");
    else if (isWrong) mark(group, "invalid", "有误未保存");
    else {
      for (const one of controlsOf(group)) markSaved(one, posted.get(one));
      mark(group, "saved", "已保存");
    }
    for (const one of controlsOf(group)) showAt(one, `${cellOf(one)}-error`, answer.errors[cellOf(one)], one.closest("td, .quantity"));
  }
  stash();
}

// Grade and rate are one cell with one sentence.
const cellOf = (one) => one.name.replace(/^(tier|rate)-/, "actual-");

// What became of a row is said in words and marked at its cells.
const MARKED = ["saving", "saved", "invalid", "conflict", "waiting"];

function mark(group, state, word) {
  const cells = controlsOf(group);
  for (const one of cells) {
    one.classList.remove(...MARKED);
    if (one.value || isChanged(one)) one.classList.add(state);
  }
  const row = cells[0] && rowOf(cells[0]);
  const place = row?.querySelector("[data-state]");
  if (!place) return;
  let note = place.querySelector("[data-kept]");
  if (!note) {
    note = document.createElement("span");
    note.className = "under";
    note.dataset.kept = "";
    place.append(note);
  }
  note.textContent = word;
  if (state === "saved") row.dispatchEvent(new CustomEvent("saved", { bubbles: true }));
}

// Somebody else's figure beside one's own: take theirs, or keep one's own knowing it.
function showConflict(group, conflict) {
  const first = controlsOf(group)[0];
  const id = `theirs-${group}`;
  document.getElementById(id)?.remove();
  if (!conflict) return;
  const box = document.createElement("div");
  box.id = id;
  box.className = "reason bad";
  box.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = `${conflict.told}。您填写的没有覆盖它。`;
  box.append(words, " ", choice("采用对方的值", true), " ", choice("以我的为准", false));
  const place = SINGLE.test(group) ? first.closest("td, .quantity") : rowOf(first).nextElementSibling.firstElementChild;
  if (!SINGLE.test(group)) rowOf(first).nextElementSibling.classList.add("shown");
  place.prepend(box);

  function choice(label, isTheirs) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = label;
    button.addEventListener("click", () => {
      for (const [name, value] of Object.entries(conflict.hidden)) hidden(name).value = value;
      for (const [cell, value] of isTheirs ? Object.entries(conflict.texts) : []) {
        const one = document.getElementById(cell);
        if (one) {
          put(one, value);
          markSaved(one, value);
        }
      }
      box.remove();
      first.focus();
      if (isTheirs) {
        mark(group, "saved", "已采用对方的值");
        stash();
        tell();
      } else save(first);
    });
    return button;
  }
}

// The words at the foot

export function onTold(listener) {
  told = listener;
}

function tell(sentence) {
  if (sentence) told(sentence, isStopped);
  else if (isStopped) return;
  else if (isOffline && queue.size) told("连不上服务器，填写已留在本机，会自动重试", true);
  else if (form.querySelector(".invalid, .conflict")) told("有内容没有保存，请看有标记的行", true);
  else if (savedAt) told(`已自动保存 ${savedAt}`, false);
}

// Whether typing would be lost on leaving: what is on its way is not.
export const isPending = () => isBusy && [...groups()].every((group) => controlsOf(group).every((one) => !one.hasAttribute("aria-invalid")));

addEventListener("online", flush);
