// The sheet of indicators: how each target reads and what the weights come to, while typing.
// Without this script the same is shown after every save.

const sheet = document.getElementById("sheet");
const WAIT = 250;

function later(action) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, WAIT);
  };
}

async function ask(url, parameters) {
  const answer = await fetch(`${url}?${parameters}`, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

function field(name, key) {
  return document.getElementById(`${name}-${key}`);
}

// A slower answer to an older question must not overwrite a newer one.
function newest(show) {
  let asked = 0;
  return async (question) => {
    const mine = (asked += 1);
    const answer = await question().catch(() => null);
    if (answer && mine === asked) show(answer);
  };
}

function watchReading(row) {
  const key = row.dataset.row;
  const place = field("reading", key);
  const update = newest((answer) => {
    const doubts = answer.findings.filter((one) => one.severity !== "info");
    place.textContent = [answer.text, ...doubts.map((one) => one.message)].join(" · ");
  });
  const read = later(() => {
    const text = field("target", key).value;
    if (!text.trim()) {
      place.textContent = "";
      return;
    }
    const parameters = new URLSearchParams({ text, year: sheet.dataset.year });
    for (const name of ["level1", "level2", "name"]) parameters.set(name, field(name, key).value);
    update(() => ask(sheet.dataset.reading, parameters));
  });
  for (const name of ["level1", "level2", "name", "target"]) {
    field(name, key).addEventListener("input", read);
  }
}

function isStanding(row) {
  const key = row.dataset.row;
  const removed = sheet.elements[`remove-${key}`];
  const typed = ["level2", "name", "target", "note", "weight"].some((name) =>
    field(name, key).value.trim(),
  );
  return typed && !(removed && removed.checked);
}

function watchWeights(rows) {
  let standing = [];
  const update = newest((answer) => {
    for (const row of rows) field("share", row.dataset.row).textContent = "";
    standing.forEach((row, index) => {
      const weight = answer.weights[index];
      const isBlank = !field("weight", row.dataset.row).value.trim();
      if (isBlank && weight !== null && weight !== undefined) {
        field("share", row.dataset.row).textContent = `自动 ${weight}`;
      }
    });
    document.getElementById("sums").replaceChildren(
      ...answer.lines.map((line, index) => {
        const span = document.createElement("span");
        span.textContent = line.text;
        if (line.tone === "bad") span.className = "lost";
        else if (index === answer.lines.length - 1) span.className = "strong";
        return span;
      }),
    );
  });
  sheet.addEventListener(
    "input",
    later(() => {
      standing = rows.filter(isStanding);
      const parameters = new URLSearchParams();
      for (const row of standing) {
        parameters.append("level1", field("level1", row.dataset.row).value);
        parameters.append("weight", field("weight", row.dataset.row).value);
      }
      update(() => ask(sheet.dataset.weights, parameters));
    }),
  );
}

if (sheet) {
  const rows = [...sheet.querySelectorAll("tr.entry")];
  rows.forEach(watchReading);
  watchWeights(rows);
}
