// Looking at evidence without leaving the page: a link to a picture or a PDF opens it in a dialog.
// Without this script, and for every other kind of file, the link itself shows or downloads it.

const dialog = document.createElement("dialog");
const [name, count, frame] = ["h2", "span", "div"].map((tag) => document.createElement(tag));
const apart = document.createElement("a");
const [before, after, close] = [button("上一份", () => step(-1)), button("下一份", () => step(1)), button("关闭", () => dialog.close())];
let shown = null;

function button(label, act) {
  const one = document.createElement("button");
  one.type = "button";
  one.className = "btn plain";
  one.textContent = label;
  one.addEventListener("click", act);
  return one;
}

const isPicture = (link) => /^image\/(png|jpeg)$/.test(link.dataset.preview);
// A phone's browser shows a PDF on a page of its own only.
const isShown = (link) => isPicture(link) || (link.dataset.preview === "application/pdf" && navigator.pdfViewerEnabled);
// A panel beside the rows has their files once more: one steps through those of one's own place.
const placeOf = (link) => link.closest(".panel");
const links = () =>
  [...document.querySelectorAll("a[data-preview]")].filter((link) => isShown(link) && link.checkVisibility() && placeOf(link) === placeOf(shown));

function show(link) {
  shown = link;
  const all = links();
  const place = all.indexOf(link);
  name.textContent = link.textContent;
  apart.href = link.href;
  count.textContent = all.length > 1 ? `${place + 1} / ${all.length}` : "";
  for (const one of [before, after]) one.hidden = all.length < 2;
  before.disabled = place <= 0;
  after.disabled = place === all.length - 1;
  const view = document.createElement(isPicture(link) ? "img" : "iframe");
  view.src = link.href;
  if (isPicture(link)) view.alt = link.textContent;
  else view.title = link.textContent;
  frame.replaceChildren(view);
  if (!dialog.open) dialog.showModal();
}

function step(way) {
  const all = links();
  const next = all[all.indexOf(shown) + way];
  if (next) show(next);
}

dialog.className = "preview";
dialog.setAttribute("aria-labelledby", "preview-name");
name.id = "preview-name";
apart.textContent = "在新窗口打开";
apart.target = "_blank";
close.autofocus = true;
frame.className = "frame";
const head = document.createElement("div");
head.className = "bar-top";
count.className = "note";
head.append(name, count, before, after, apart, close);
dialog.append(head, frame);
dialog.addEventListener("close", () => frame.replaceChildren());
// A click beside the dialog closes it.
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") step(-1);
  else if (event.key === "ArrowRight") step(1);
});
document.body.append(dialog);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-preview]");
  if (!link || !isShown(link) || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link);
});
