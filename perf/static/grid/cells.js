// The grid's form and how to find one's way in it.

export const form = document.getElementById("sheet");

export const control = (cell, key) => document.getElementById(`${cell}-${key}`);
export const rowOf = (element) => element.closest("tr.extra")?.previousElementSibling ?? element.closest("tr[data-row]");
export const isTicked = (one) => one.type === "checkbox" || one.type === "radio";
export const valueOf = (one) => (isTicked(one) ? one.checked : one.value);

// What was shown or last saved, which the browser keeps as the control's default.
export function isChanged(one) {
  if (!one.name || one.type === "hidden" || one.type === "submit") return false;
  if (one.type === "file") return one.files.length > 0;
  if (isTicked(one)) return one.checked !== one.defaultChecked;
  if (one.matches("select")) return one.value !== savedChoice(one);
  return one.value !== one.defaultValue;
}

function savedChoice(select) {
  const original = [...select.options].find((option) => option.defaultSelected) ?? select.options[0];
  return original.value;
}

// A new default must not change what stands in the control: somebody may have gone on typing.
export function markSaved(one, value) {
  const now = valueOf(one);
  if (isTicked(one)) one.defaultChecked = value;
  else if (one.matches("select")) for (const option of one.options) option.defaultSelected = option.value === value;
  else one.defaultValue = value;
  if (isTicked(one)) one.checked = now;
  else if (one.value !== now) one.value = now;
}

// Put a value in as if it had been typed.
export function put(one, value) {
  if (isTicked(one)) one.checked = value;
  else one.value = value;
  one.dispatchEvent(new Event("input", { bubbles: true }));
}

// The sentence under a cell; a note that is there already gets the new words.
export function showAt(input, id, sentence, place) {
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
