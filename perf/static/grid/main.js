// The quarter's grid: live readings, the bar at the foot, and what happens as cells are typed into and left.
// The page works without it: every reading is made by the server, and saving shows it.
import { control, form, isChanged, markSaved, rowOf, showAt } from "./cells.js";
import { uploaded } from "./evidence.js";
import { isPending, onTold, save, saveAll, settled, stash, unstash } from "./drafts.js";
import { noteStep, onKey, paste, pastedLines, remember } from "./moving.js";

const PAUSE = 250;
const SVG = "http://www.w3.org/2000/svg";
const READ = ["actual", "tier", "rate", "expected", "likelihood", "nodata"];
const WORDS = { 未填: "未填", 有误: "有误", 缺原因: "缺原因" };
let isLeaving = false;

// A link may lead to a row that another office fills in, while one's own alone are shown.
function showNamed() {
  if (form.dataset.office && /^#row-\d+$/.test(location.hash) && !document.querySelector(location.hash))
    location.replace(`${location.pathname}?office=all${location.hash}`);
}
showNamed();
window.addEventListener("hashchange", showNamed);

// Readings

const waiting = new Map();
const asked = new Map();

function readLater(row) {
  clearTimeout(waiting.get(row));
  waiting.set(row, setTimeout(() => read(row), PAUSE));
}

async function read(row) {
  const key = row.dataset.row;
  const query = new URLSearchParams({ indicator: key });
  for (const cell of READ) {
    const input = control(cell, key);
    if (!input) continue;
    if (input.type === "checkbox") {
      if (input.checked) query.set(cell, "1");
    } else {
      query.set(cell === "actual" ? "value" : cell, input.value.slice(0, 200));
    }
  }
  for (const id of quantitiesOf(row)) query.set(`quantity-${id}`, control("quantity", id).value.slice(0, 200));
  const answers = lettersOf(key);
  if (answers) query.set("answers", answers);
  // Only the answer to the latest question counts.
  const turn = (asked.get(row) ?? 0) + 1;
  asked.set(row, turn);
  let answer;
  try {
    const response = await fetch(`${form.dataset.reading}?${query}`, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) return;
    answer = await response.json();
  } catch {
    return;
  }
  if (asked.get(row) === turn) show(row, answer);
}

function show(row, answer) {
  const key = row.dataset.row;
  showError(row, "actual", control("actual", key) ?? control("tier", key), answer.error);
  showError(row, "expected", control("expected", key), answer.expected_error);
  const given = row.querySelector("[data-actual]");
  if (given) given.textContent = answer.actual || (lettersOf(key) ? "逐项核对" : "—");
  const basis = row.nextElementSibling.querySelector("[data-basis]");
  if (basis) {
    basis.textContent = answer.basis;
    basis.hidden = !answer.basis;
  }
  for (const id of quantitiesOf(row)) showMistake(control("quantity", id), answer.quantity_errors[`quantity-${id}`]);
  const state = row.querySelector("[data-state] .tag");
  state.className = `tag ${answer.state_tone}`;
  state.textContent = answer.state;
  row.querySelector("[data-note]").textContent = answer.note;
  row.nextElementSibling.querySelector("[data-line]").textContent = answer.line;
  const progress = row.querySelector("[data-progress]");
  if (progress) draw(progress, answer);
  const extra = row.nextElementSibling;
  const why = extra.querySelector(".why");
  extra.querySelector("[data-reason]").textContent = answer.reason ?? "偏差原因";
  why.classList.toggle("warn", Boolean(answer.reason));
  why.classList.toggle("none", !answer.reason);
  row.dataset.reason = answer.reason ?? "";
  row.dataset.lack = answer.lack;
  explain(row);
}

// A quantity is typed once in the plan and may stand in several formulas; a check list sends a letter a point.

const quantitiesOf = (row) => (row.dataset.quantities ?? "").split(" ").filter(Boolean);
const rowsWith = (id) => [...form.querySelectorAll("tr[data-quantities]")].filter((row) => quantitiesOf(row).includes(id));

function lettersOf(key) {
  const points = [...form.querySelectorAll(`li[aria-labelledby^="answer-${key}-"]`)];
  return points.map((point) => point.querySelector("input:checked")?.value ?? "-").join("");
}

function onQuantity(input) {
  const id = input.name.replace("quantity-", "");
  for (const same of form.querySelectorAll(`[data-same="${input.name}"]`)) same.textContent = input.value.trim() || "未填";
  for (const row of rowsWith(id)) {
    row.dataset.lack ||= WORDS.未填;
    readLater(row);
  }
  countUp();
}

function explain(row) {
  const key = row.dataset.row;
  const [kind, reason] = [control("kind", key), control("reason", key)];
  const isGiven = Boolean(kind.value && reason.value.trim());
  const isAny = Boolean(kind.value || reason.value.trim() || control("nodata", key).checked);
  row.nextElementSibling.classList.toggle("asked", Boolean(row.dataset.reason) || isAny);
  if (row.dataset.lack === "" || row.dataset.lack === WORDS.缺原因) {
    row.dataset.lack = row.dataset.reason && !isGiven ? WORDS.缺原因 : "";
  }
  countUp();
}

function showError(row, cell, input, sentence) {
  const id = `${cell}-${row.dataset.row}-error`;
  if (input) showAt(input, id, sentence, input.closest("td"));
  else if (cell === "actual") showAt(row.querySelector("[data-actual]"), id, sentence, row.querySelector("[data-actual]").closest("td"));
}

function showMistake(input, sentence) {
  showAt(input, `${input.id}-error`, sentence, input.closest(".quantity"));
}

function draw(cell, answer) {
  const svg = cell.querySelector("svg");
  const width = Number(svg.getAttribute("width"));
  svg.setAttribute("class", `bar ${answer.tone}`);
  svg.setAttribute("aria-label", `进度：${answer.ratio || "未填报"}`);
  svg.querySelector(".fill")?.remove();
  const length = Math.round(((answer.share ?? 0) / 1000) * width);
  if (answer.share) {
    const fill = document.createElementNS(SVG, "rect");
    const shape = { class: "fill", x: 0, y: 4, width: Math.max(1, length), height: 6, rx: length >= 6 ? 3 : 1 };
    for (const [name, value] of Object.entries(shape)) fill.setAttribute(name, value);
    svg.querySelector(".track").after(fill);
  }
  svg.querySelector(".tick")?.remove();
  if (answer.tick !== null) {
    const tick = document.createElementNS(SVG, "rect");
    const shape = { class: "tick", x: Math.min(Math.round((answer.tick / 1000) * width), width - 2), y: 1, width: 2, height: 12 };
    for (const [name, value] of Object.entries(shape)) tick.setAttribute(name, value);
    svg.append(tick);
  }
  let text = cell.querySelector(".bar-text");
  if (!text) {
    text = document.createElement("span");
    text.className = "bar-text";
    svg.after(" ", text);
  }
  text.textContent = answer.ratio;
  text.classList.toggle("muted", answer.share === null);
}

// The bar at the foot

function countUp() {
  const rows = [...form.querySelectorAll("tr[data-row]")];
  const filled = rows.filter((row) => row.dataset.lack === "" || row.dataset.lack === WORDS.缺原因);
  document.querySelector("[data-done]").textContent = `已填 ${filled.length} / ${rows.length}`;
  const missing = rows.filter((row) => row.dataset.lack).map((row) => {
    const key = row.dataset.row;
    const cell = row.dataset.lack === WORDS.缺原因 ? `reason-${key}` : firstOf(row);
    return [`${brief(row.querySelector("[data-name]").textContent)}${row.dataset.lack}`, `#${cell}`];
  });
  for (const input of form.querySelectorAll("#money input[data-lack]")) {
    const lack = input.value.trim() ? (input.getAttribute("aria-invalid") ? WORDS.有误 : "") : WORDS.未填;
    const source = input.closest("tr").querySelector("th").textContent;
    if (lack) missing.push([`${source}执行数${lack}`, `#${input.id}`]);
  }
  const place = document.querySelector("[data-missing]");
  place.textContent = missing.length ? "还差：" : form.dataset.office ? "本科室填完了，可以交表" : "填完了，可以提交";
  missing.slice(0, 3).forEach(([text, url], index) => {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = text;
    place.append(index ? "，" : "", link);
  });
  if (missing.length > 3) place.append(` 等 ${missing.length} 项`);
  const [sentence, isTrouble] = said;
  document.querySelector("[data-saved]").textContent = isUnsaved() ? (isTrouble ? sentence : unsavedNote) : sentence;
}

// The first cell to go to: of several quantities the first that is still blank.
function firstOf(row) {
  const blank = quantitiesOf(row).find((id) => !control("quantity", id).value.trim());
  return blank ? `quantity-${blank}` : row.dataset.first;
}

let unsavedNote = "有未保存的填写";
let said = [document.querySelector("[data-saved]").textContent, false];
const brief = (name) => (name.length <= 12 ? name : `${name.slice(0, 11)}…`);

// Pasting

async function onPaste(event) {
  const lines = event.target.matches("input.cell, select.cell, textarea.cell") && pastedLines(event);
  if (!lines) return;
  event.preventDefault();
  const outcome = paste(event.target, lines);
  noteStep();
  await saveAll();
  const put = outcome.filter(([, sentence]) => !sentence);
  const wrong = put.filter(([, , cell]) => cell.hasAttribute("aria-invalid") || cell.matches(".invalid, .conflict"));
  const left = outcome.filter(([, sentence]) => sentence);
  const words = [`粘贴了 ${put.length} 格`];
  if (wrong.length) words.push(`其中 ${wrong.length} 格有误：${wrong.map(([name]) => brief(name)).join("、")}`);
  for (const [name, sentence] of left) words.push(`${brief(name)}：${sentence}`);
  showPasted(words, wrong.length + left.length ? "warn" : "ok");
}

function showPasted(words, tone) {
  const place = document.querySelector("[data-pasted]");
  place.className = `flash ${tone}`;
  place.hidden = false;
  place.textContent = `${words.join("；")}。撤销按 Ctrl+Z。`;
}

// Leaving

const isUnsaved = () => form.hasAttribute("data-unsaved") || [...form.elements].some(isChanged);

form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  stash();
  const row = rowOf(event.target);
  if (event.target.name.startsWith("quantity-")) {
    onQuantity(event.target);
  } else if (event.target.name.startsWith("answer-")) {
    readLater(row);
  } else if (!row?.dataset.row) {
    event.target.removeAttribute("aria-invalid");
    countUp();
  } else if (READ.some((cell) => event.target.name === `${cell}-${row.dataset.row}`)) {
    readLater(row);
    countUp();
  } else {
    explain(row);
  }
});
// A cell that is left is saved.
form.addEventListener("change", (event) => {
  if (event.target.type === "file") return;
  noteStep();
  save(event.target);
});
form.addEventListener("keydown", onKey);
form.addEventListener("paste", onPaste);
form.addEventListener("submit", (event) => {
  // What is on its way first, or the form would meet its own figures as somebody else's.
  event.preventDefault();
  const button = event.submitter;
  Promise.all([settled(), uploaded()]).then(() => {
    stash({ isPosted: true });
    isLeaving = true;
    if (button?.name) {
      const chosen = document.createElement("input");
      Object.assign(chosen, { type: "hidden", name: button.name, value: button.value });
      chosen.dataset.chosen = "";
      form.append(chosen);
    }
    form.submit();
  });
});
// A page that comes back from the browser's memory is not on its way out any more.
addEventListener("pageshow", () => {
  isLeaving = false;
  form.querySelector("[data-chosen]")?.remove();
});
addEventListener("beforeunload", (event) => {
  if (!isLeaving && isUnsaved() && !isPending()) event.preventDefault();
});
for (const row of form.querySelectorAll("tr[data-row]")) {
  const why = row.nextElementSibling.querySelector(".why");
  row.dataset.reason = why.classList.contains("warn") ? why.querySelector("[data-reason]").textContent : "";
}
// What a refused save gave back stands in no store but this page.
for (const one of form.querySelectorAll("input[aria-invalid], textarea[aria-invalid]")) markSaved(one, "");
remember();
onTold((sentence, isTrouble) => {
  said = [sentence, isTrouble];
  document.querySelector("[data-saved]").textContent = sentence;
});
if (unstash()) {
  unsavedNote = "上次没有保存成功的填写已放回，请保存";
  countUp();
  saveAll();
}
