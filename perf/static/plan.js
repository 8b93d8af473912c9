// The sheet of indicators: how each target reads, what the weights come to and what looks odd, while typing;
// and a revision's form, where only targets are typed.
// Without this script the same is shown after every save.

const sheet = document.getElementById("sheet");
const WAIT = 250;
// The whole sheet is looked at when somebody has stopped typing, not between two keys.
const PAUSE = 600;

function later(action, wait = WAIT) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
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
  // A revision's form changes targets alone: what stands around them is known by the row.
  const around = ["level1", "level2", "name"].filter((name) => field(name, key));
  const update = newest((answer) => {
    place.textContent = answer.text;
  });
  const read = later(() => {
    const text = field("target", key).value;
    if (!text.trim()) {
      place.textContent = "";
      return;
    }
    const parameters = new URLSearchParams({ text, year: sheet.dataset.year });
    parameters.set("row", key);
    for (const name of around) parameters.set(name, field(name, key).value);
    update(() => ask(sheet.dataset.reading, parameters));
  });
  for (const name of [...around, "target"]) field(name, key).addEventListener("input", read);
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

const TONES = { error: "bad", warning: "warn", info: "none" };

function showChecks(rows, answer) {
  document.getElementById("doubts-summary").textContent = answer.summary;
  const card = document.getElementById("doubts-card");
  const wasOpen = Boolean(card.querySelector("details[open]"));
  const drawn = new DOMParser().parseFromString(answer.card, "text/html");
  card.replaceChildren(...drawn.body.childNodes);
  card.querySelector("details")?.toggleAttribute("open", wasOpen);
  for (const row of rows) {
    const key = row.dataset.row;
    field("doubts", key).replaceChildren(
      ...(answer.rows[key] ?? []).map((one) => {
        const line = document.createElement("span");
        line.className = `doubt ${TONES[one.severity]}`;
        line.textContent = one.message;
        return line;
      }),
    );
  }
}

function watchChecks(rows) {
  let asking = null;
  const check = later(async () => {
    asking?.abort();
    const mine = (asking = new AbortController());
    try {
      const answer = await fetch(sheet.dataset.checks, {
        method: "POST",
        body: new FormData(sheet),
        headers: { Accept: "application/json" },
        signal: mine.signal,
      });
      if (!answer.ok || answer.redirected) return;
      const found = await answer.json();
      if (mine === asking) showChecks(rows, found);
    } catch {
      // Called off by a newer question, or the line broke: what is shown stays until the next one.
    }
  }, PAUSE);
  sheet.addEventListener("input", check);
}

if (sheet) {
  const rows = [...sheet.querySelectorAll("tr.entry")];
  rows.forEach(watchReading);
  if (sheet.dataset.weights) watchWeights(rows);
  if (sheet.dataset.checks) watchChecks(rows);
}
