// Moving between cells, pasting a block out of a spreadsheet, and undoing.
import { form, put, rowOf, valueOf } from "./cells.js";

const CELLS = "input.cell, select.cell";
// The columns of a row from left to right, as a pasted block fills them.
const COLUMNS = ["actual", "expected", "likelihood", "kind", "reason"];

const nameOf = (input) => input.name.replace(/-.*$/, "").replace(/^(tier|rate)$/, "actual");
const rows = () => [...form.querySelectorAll("tr[data-row]")];
const inColumn = (name) =>
  [...form.querySelectorAll(CELLS)].filter((one) => one.name.startsWith(`${name}-`) || (name === "actual" && one.name.startsWith("tier-")));

function move(input, step) {
  const cells = inColumn(nameOf(input));
  const here = cells.includes(input) ? input : cells.find((one) => rowOf(one) === rowOf(input));
  const next = cells[cells.indexOf(here) + step];
  if (!next) return false;
  next.focus();
  next.select?.();
  return true;
}

function moveAside(input, step) {
  const cells = [...input.closest("tr").querySelectorAll(CELLS)];
  const next = cells[cells.indexOf(input) + step];
  next?.focus();
  next?.select?.();
  return Boolean(next);
}

// Where a reason is demanded, its line comes before the next figure.
function moveOn(input) {
  const row = rowOf(input);
  if (row?.dataset.lack === "缺原因") document.getElementById(`kind-${row.dataset.row}`).focus();
  else if (!move(input, 1) && nameOf(input) === "actual") inColumn("executed")[0]?.focus();
}

function moveToNextRow(row) {
  const figures = inColumn("actual");
  const next = figures.find((one) => row.compareDocumentPosition(rowOf(one)) & Node.DOCUMENT_POSITION_FOLLOWING);
  (next ?? inColumn("executed")[0])?.focus();
}

export function onKey(event) {
  const input = event.target;
  if (event.isComposing || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    onCommand(event);
    return;
  }
  if (event.key === "F8" || event.key === "F9") {
    event.preventDefault();
    if (event.key === "F8") goToMissing(input);
    else chooseFile(input);
    return;
  }
  if (!input.matches(`${CELLS}, textarea.cell`)) return;
  const isText = input.matches("input");
  let moved = false;
  if (input.matches("select") && /^[1-9]$/.test(event.key)) moved = choose(input, Number(event.key));
  else if (input.matches("textarea") || input.name.startsWith("kind-")) moved = onReason(event, input);
  else if (event.key === "Enter") {
    if (event.shiftKey) move(input, -1);
    else moveOn(input);
    moved = true;
  } else if (isText && event.key === "ArrowDown") moved = move(input, 1);
  else if (isText && event.key === "ArrowUp") moved = move(input, -1);
  else if (isText && event.key === "ArrowRight" && input.selectionStart === input.value.length) moved = moveAside(input, 1);
  else if (isText && event.key === "ArrowLeft" && input.selectionEnd === 0) moved = moveAside(input, -1);
  if (moved) event.preventDefault();
}

// A figure in a list of choices chooses by its place: no input method types into one.
function choose(select, place) {
  const option = [...select.options].filter((one) => one.value)[place - 1];
  if (!option) return false;
  put(select, option.value);
  select.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

// The next cell below this one in which something is missing or wrong, and round to the first.
function goToMissing(input) {
  const lacking = [...form.querySelectorAll("tr[data-row]")].filter(isLacking).map(missingOf);
  const money = [...form.querySelectorAll("#money input[data-lack]")].filter((one) => !one.value.trim() || one.hasAttribute("aria-invalid"));
  const cells = [...lacking, ...money].filter((one) => one && one !== input);
  const next = cells.find((one) => input.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) ?? cells[0];
  next?.focus();
  next?.scrollIntoView({ block: "center" });
}

// What was just typed or pasted is there, though its reading may be on its way still.
function isLacking(row) {
  const first = document.getElementById(row.dataset.first);
  return row.dataset.lack === "未填" && first?.matches(CELLS) ? !first.value.trim() || first.hasAttribute("aria-invalid") : Boolean(row.dataset.lack);
}

function missingOf(row) {
  const key = row.dataset.row;
  if (row.dataset.lack !== "缺原因") return document.getElementById(row.dataset.first);
  const kind = document.getElementById(`kind-${key}`);
  return kind.value ? document.getElementById(`reason-${key}`) : kind;
}

// The evidence of this row, or of the executed budget.
function chooseFile(input) {
  const row = rowOf(input);
  const details = row?.querySelector("details");
  if (details) details.open = true;
  document.getElementById(row ? `files-${row.dataset.row}` : "files-budget")?.click();
}

// Enter goes from the kind to the reason, and from the reason to the next row's figure.
function onReason(event, input) {
  if (event.key !== "Enter" || event.shiftKey) return false;
  const key = rowOf(input).dataset.row;
  if (input.name.startsWith("kind-")) document.getElementById(`reason-${key}`).focus();
  else moveToNextRow(rowOf(input));
  return true;
}

function onCommand(event) {
  const key = event.key.toLowerCase();
  const isTyping = event.target.matches?.("input, textarea") && event.target.value !== (last.get(event.target) ?? "");
  if (key === "z" && !isTyping) {
    event.preventDefault();
    if (event.shiftKey) redo();
    else undo();
  } else if (key === "y" && !isTyping) {
    event.preventDefault();
    redo();
  } else if (key === "s") {
    event.preventDefault();
    form.requestSubmit(document.querySelector('button[form="sheet"][value="save"]'));
  } else if (key === "enter") {
    event.preventDefault();
    form.requestSubmit(document.querySelector('button[form="sheet"][value="submit"]'));
  }
}

// Undoing

const last = new Map();
const [done, undone] = [[], []];

function controls() {
  return [...form.elements].filter((one) => one.id && one.type !== "file" && one.type !== "hidden");
}

export function remember() {
  for (const one of controls()) last.set(one, valueOf(one));
}

// One step of undoing: every control that has changed since the last step.
export function noteStep() {
  const step = controls().filter((one) => last.get(one) !== valueOf(one)).map((one) => [one, last.get(one), valueOf(one)]);
  if (!step.length) return;
  done.push(step);
  undone.length = 0;
  remember();
}

function apply(step, which) {
  for (const change of step) put(change[0], change[which]);
  remember();
  const [first] = step[0];
  first.focus();
  first.dispatchEvent(new Event("change", { bubbles: true }));
}

function undo() {
  const step = done.pop();
  if (!step) return;
  undone.push(step);
  apply(step, 1);
}

function redo() {
  const step = undone.pop();
  if (!step) return;
  done.push(step);
  apply(step, 2);
}

// Pasting: line by line from this row on, column by column from this cell on. Blank cells of the block leave what is there.

export function pastedLines(event) {
  const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
  const lines = text.split(/\r?\n/).map((line) => line.split("\t").map((one) => one.trim()));
  return lines.length < 2 && lines[0].length < 2 ? null : lines;
}

// What became of each cell: [name, sentence], the sentence empty where it was put in.
export function paste(input, lines) {
  const outcome = [];
  if (input.name.startsWith("executed-")) {
    const cells = inColumn("executed");
    lines.forEach(([text], index) => outcome.push(...pasteInto(cells[cells.indexOf(input) + index], "执行数", text)));
    return outcome;
  }
  const all = rows();
  const [first, left] = [all.indexOf(rowOf(input)), COLUMNS.indexOf(nameOf(input))];
  lines.forEach((line, down) => {
    const row = all[first + down];
    const name = row?.querySelector("[data-name]").textContent ?? `第 ${down + 1} 行`;
    line.forEach((text, across) => outcome.push(...pasteInto(row && cellIn(row, COLUMNS[left + across]), name, text)));
  });
  return outcome;
}

function cellIn(row, column) {
  const key = row.dataset.row;
  return document.getElementById(column === "actual" ? `tier-${key}` : `${column}-${key}`) ?? document.getElementById(`${column}-${key}`);
}

function pasteInto(cell, name, text) {
  if (!text) return [];
  if (!cell) return [[name, `“${text}”没有对应的格子，没有粘贴`]];
  if (!cell.matches("select")) {
    put(cell, text);
    return [[name, "", cell]];
  }
  const [word, rate] = [text.replace(/[\s\d.%％]+$/, ""), text.match(/[\d.]+(?=\s*[%％]?$)/)?.[0]];
  const option = [...cell.options].find((one) => one.value && (one.text === word || one.value === word || one.text.startsWith(word)));
  if (!option || !word) return [[name, `“${text}”不在可选项里，没有粘贴`]];
  put(cell, option.value);
  const beside = cell.name.startsWith("tier-") && document.getElementById(cell.id.replace("tier", "rate"));
  if (beside && rate) put(beside, rate);
  return [[name, "", cell]];
}
