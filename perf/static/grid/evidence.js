// Evidence goes to the server as soon as it is chosen, photographed, dropped on a row or pasted into it.
// Without this script chosen files go along with the next save.
import { form, rowOf } from "./cells.js";
import { takeVersion } from "./drafts.js";

const most = Number(form.dataset.most);
let last = Promise.resolve();
let waiting = 0;

// Resolves when no file is on its way any more.
export const uploaded = () => last;

// The evidence of the figure to which a place on the page belongs; null where it belongs to none.
function boxAt(place) {
  const row = place.closest?.("tr");
  if (!row || !form.contains(row)) return null;
  if (row.closest("#money")) return form.querySelector("[data-figure=budget]");
  return rowOf(row)?.nextElementSibling?.querySelector("[data-figure]") ?? null;
}

const rowsOf = (box) => {
  const extra = box.closest("tr");
  return box.dataset.figure === "budget" ? [...box.closest("tbody").rows] : [extra.previousElementSibling, extra];
};

// Sending

function attach(box, files) {
  const details = rowsOf(box)[0].querySelector("details");
  if (details && box.dataset.figure !== "budget") details.open = true;
  if (!waiting) box.querySelector("[data-told]").replaceChildren();
  for (const file of files) send(box, file);
}

function send(box, file) {
  const line = document.createElement("p");
  box.querySelector("[data-told]").append(line);
  if (file.size > most) return say(line, "error", `“${file.name}”没有上传：文件超过 20 MB，请压缩，或拆成几个文件后再上传。`);
  say(line, "note", `“${file.name}”等待上传`);
  waiting += 1;
  last = last.then(() => post(box, file, line)).finally(() => (waiting -= 1));
}

async function post(box, file, line) {
  say(line, "note", `正在上传“${file.name}”……`);
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("figure", box.dataset.figure);
  body.set("file", file, file.name);
  try {
    const response = await fetch(form.dataset.evidence, { method: "POST", body, headers: { Accept: "application/json" } });
    if (response.redirected || !response.headers.get("Content-Type")?.includes("json")) throw new Error("登录已失效，请在另一个窗口重新登录。");
    const answer = await response.json();
    if (!response.ok) return say(line, "error", `“${file.name}”没有上传：${answer.message}`);
    takeVersion(answer.moved);
    box.querySelector("[data-files]").innerHTML = answer.files;
    const summary = box.dataset.figure === "budget" ? null : rowsOf(box)[0].querySelector("summary");
    if (summary) summary.textContent = `佐证 ${answer.count} 份`;
    box.dispatchEvent(new CustomEvent("saved", { bubbles: true }));
    say(line, answer.told ? "warning" : "note", `“${file.name}”${answer.told || "已上传"}`);
  } catch (error) {
    const why = error instanceof TypeError ? "连不上服务器，或者文件读不出来（文件夹请先打包成 ZIP）。" : error.message;
    say(line, "error", `“${file.name}”没有上传：${why}`);
    const again = document.createElement("button");
    again.type = "button";
    again.className = "quiet";
    again.textContent = "重试";
    again.addEventListener("click", () => {
      line.remove();
      send(box, file);
    });
    line.append(" ", again);
  }
}

function say(line, kind, words) {
  line.className = kind;
  line.textContent = words;
}

// Choosing

form.addEventListener("change", (event) => {
  if (event.target.type !== "file") return;
  const files = [...event.target.files];
  // What the server has is not sent once more with the form.
  event.target.value = "";
  attach(event.target.closest("[data-figure]"), files);
});

// Dropping: a file let fall beside the rows would replace the page and what was typed in it.

let marked = [];

function mark(box) {
  for (const row of marked) row.classList.remove("drop");
  marked = box ? rowsOf(box) : [];
  for (const row of marked) row.classList.add("drop");
}

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  const box = boxAt(event.target);
  event.dataTransfer.dropEffect = box ? "copy" : "none";
  mark(box);
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) mark(null);
});
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  mark(null);
  const box = boxAt(event.target);
  if (box) attach(box, event.dataTransfer.files);
});

// Pasting: a spreadsheet puts a picture of its cells beside their texts, which is none to attach.

form.addEventListener("paste", (event) => {
  const { files, types } = event.clipboardData;
  const box = files.length && !types.includes("text/plain") ? boxAt(event.target) : null;
  if (!box) return;
  event.preventDefault();
  attach(box, [...files].map(named));
});

// Every screenshot is called image.png; the moment tells one from another.
function named(file) {
  if (file.name !== "image.png") return file;
  const now = new Date();
  const [day, time] = [
    [now.getFullYear(), now.getMonth() + 1, now.getDate()],
    [now.getHours(), now.getMinutes(), now.getSeconds()],
  ].map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(""));
  return new File([file], `截图-${day}-${time}.png`, { type: file.type });
}

addEventListener("beforeunload", (event) => {
  if (waiting) event.preventDefault();
});
