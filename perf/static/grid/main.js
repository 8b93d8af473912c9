// The quarter's grid: live readings, moving between cells, pasting a column, and a warning before typing is lost.
// The page works without it: every reading is made by the server, and saving shows it.

const form = document.getElementById("sheet");
const PAUSE = 250;
const SVG = "http://www.w3.org/2000/svg";
const READ = ["actual", "tier", "rate", "expected", "likelihood", "nodata"];
const WORDS = { 未填: "未填", 有误: "有误", 缺原因: "缺原因" };
let isLeaving = false;

const control = (cell, key) => document.getElementById(`${cell}-${key}`);
const rowOf = (element) => element.closest("tr.extra")?.previousElementSibling ?? element.closest("tr[data-row]");

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

function showAt(input, id, sentence, place) {
  let note = document.getElementById(id);
  input.toggleAttribute("aria-invalid", false);
  if (!sentence) {
    note?.remove();
    input.removeAttribute("aria-describedby");
    return;
  }
  if (!note) {
    note = document.createElement("span");
    note.className = "error";
    note.id = id;
    place.append(note);
  }
  note.textContent = sentence;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
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
  place.textContent = missing.length ? "还差：" : "填完了，可以提交";
  missing.slice(0, 3).forEach(([text, url], index) => {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = text;
    place.append(index ? "，" : "", link);
  });
  if (missing.length > 3) place.append(` 等 ${missing.length} 项`);
  document.querySelector("[data-saved]").textContent = isUnsaved() ? unsavedNote : savedNote;
}

// The first cell to go to: of several quantities the first that is still blank.
function firstOf(row) {
  const blank = quantitiesOf(row).find((id) => !control("quantity", id).value.trim());
  return blank ? `quantity-${blank}` : row.dataset.first;
}

let unsavedNote = "有未保存的填写";
const savedNote = document.querySelector("[data-saved]").textContent;
const brief = (name) => (name.length <= 12 ? name : `${name.slice(0, 11)}…`);

// Moving and pasting

const column = (input) => input.name.replace(/-.*$/, "").replace(/^(tier|rate)$/, "actual");
const inColumn = (name) =>
  [...form.querySelectorAll("input.cell, select.cell")].filter((one) => one.name.startsWith(`${name}-`) || (name === "actual" && one.name.startsWith("tier-")));

function move(input, step) {
  const cells = inColumn(column(input));
  const here = cells.includes(input) ? input : cells.find((one) => rowOf(one) === rowOf(input));
  const next = cells[cells.indexOf(here) + step];
  if (!next) return false;
  next.focus();
  next.select?.();
  return true;
}

function moveAside(input, step) {
  const cells = [...input.closest("tr").querySelectorAll("input.cell, select.cell")];
  const next = cells[cells.indexOf(input) + step];
  next?.focus();
  next?.select?.();
  return Boolean(next);
}

function onKey(event) {
  const input = event.target;
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (!input.matches("input.cell, select.cell")) return;
  const isText = input.matches("input");
  let moved = false;
  if (event.key === "Enter") {
    move(input, event.shiftKey ? -1 : 1);
    moved = true;
  } else if (isText && event.key === "ArrowDown") moved = move(input, 1);
  else if (isText && event.key === "ArrowUp") moved = move(input, -1);
  else if (isText && event.key === "ArrowRight" && input.selectionStart === input.value.length) moved = moveAside(input, 1);
  else if (isText && event.key === "ArrowLeft" && input.selectionEnd === 0) moved = moveAside(input, -1);
  if (moved) event.preventDefault();
}

function onPaste(event) {
  const input = event.target;
  if (!input.matches("input.cell")) return;
  const lines = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\r?\n/);
  if (lines.length < 2 && !lines[0].includes("\t")) return;
  event.preventDefault();
  const cells = inColumn(column(input)).filter((one) => one.matches("input"));
  const first = cells.indexOf(input);
  lines.forEach((line, index) => {
    const cell = cells[first + index];
    if (!cell) return;
    cell.value = line.split("\t")[0].trim();
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// Leaving

function isChanged(one) {
  if (!one.name || one.type === "hidden" || one.type === "submit") return false;
  if (one.type === "file") return one.files.length > 0;
  if (isTicked(one)) return one.checked !== one.defaultChecked;
  if (one.matches("select")) {
    const original = [...one.options].find((option) => option.defaultSelected) ?? one.options[0];
    return one.value !== original.value;
  }
  return one.value !== one.defaultValue;
}

const isUnsaved = () => form.hasAttribute("data-unsaved") || [...form.elements].some(isChanged);

function checkFiles(input) {
  const most = Number(form.dataset.most);
  const large = [...input.files].find((file) => file.size > most);
  const id = `${input.id}-error`;
  document.getElementById(id)?.remove();
  input.removeAttribute("aria-invalid");
  if (!large) return;
  const note = document.createElement("span");
  note.className = "error";
  note.id = id;
  note.textContent = `“${large.name}”超过 20 MB，请压缩或拆开后再选。`;
  input.closest(".more").append(note);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
  input.value = "";
}

// What was posted while the sign-in had run out, or on a line that broke, is put back when the page is opened again.
// A page whose version has changed since was saved, and one that gives typing back itself needs no help.

const stashKey = `grid ${location.pathname}`;

const isTicked = (one) => one.type === "checkbox" || one.type === "radio";

function keep() {
  const cells = [...form.elements].filter((one) => one.id && one.type !== "file" && isChanged(one));
  const texts = cells.map((one) => [one.id, isTicked(one) ? one.checked : one.value]);
  sessionStorage.setItem(stashKey, JSON.stringify({ version: form.elements.version.value, texts }));
}

function restore() {
  const stash = JSON.parse(sessionStorage.getItem(stashKey) ?? "null");
  sessionStorage.removeItem(stashKey);
  if (!stash?.texts.length || stash.version !== form.elements.version.value || form.hasAttribute("data-unsaved")) return;
  for (const [id, value] of stash.texts) {
    const cell = document.getElementById(id);
    if (!cell) continue;
    unsavedNote = "上次没有保存成功的填写已放回，请保存";
    if (isTicked(cell)) cell.checked = value;
    else cell.value = value;
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

form.addEventListener("input", (event) => {
  if (event.target.type === "file") checkFiles(event.target);
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
form.addEventListener("keydown", onKey);
form.addEventListener("paste", onPaste);
form.addEventListener("submit", (event) => {
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  if (files.reduce((sum, file) => sum + file.size, 0) > Number(form.dataset.total)) {
    event.preventDefault();
    document.querySelector("[data-saved]").textContent = "所选文件合计超过 45 MB，请分几次保存";
    return;
  }
  keep();
  isLeaving = true;
});
// A page that comes back from the browser's memory is not on its way out any more.
addEventListener("pageshow", () => {
  isLeaving = false;
});
addEventListener("beforeunload", (event) => {
  if (!isLeaving && isUnsaved()) event.preventDefault();
});
for (const row of form.querySelectorAll("tr[data-row]")) {
  const why = row.nextElementSibling.querySelector(".why");
  row.dataset.reason = why.classList.contains("warn") ? why.querySelector("[data-reason]").textContent : "";
}
restore();
