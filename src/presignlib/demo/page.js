"use strict";
// Countdown, the store's answers, uploads. The table, its links, deleting and the form do without.
const page = document.body.dataset;
const $ = (selector, inside = document) => inside.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const made = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text }, more);
document.documentElement.classList.add("scripted");

// ---- Time left, by the server's clock
const now = () => +page.now + (Date.now() - performance.timeOrigin) / 1000;
let asked = $(".signed");

function tick() {
  let alive = 0;
  for (const time of all("time")) {
    const left = Math.ceil(time.dataset.ends - now());
    const text = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "expired";
    alive += left > 0;
    if (time.textContent === text) continue;
    time.textContent = text;
    time.className = left > 10 ? "" : left > 0 ? "soon" : "dead";
    time.closest("tr").classList.toggle("over", left <= 0);
  }
  if (alive) setTimeout(tick, 250);
  else if (asked) setTimeout(ended, 1200);
}

// The store's clock decides: it is asked until it refuses.
async function ended(tries = 5) {
  if (await explain(asked, true) && tries) setTimeout(ended, 1000, tries - 1);
}

// ---- What the store says
async function ask(path, what) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-demo-token": page.token },
    body: JSON.stringify(what),
  }).catch(() => { throw new Error("This page's server does not answer: has the demo ended?"); });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

const silent = () => new Error("The store did not answer this script. If the links work, its CORS rules do not " +
  `name ${location.origin}; links and deleting work without, and so does the form where the store takes one.`);

async function explain(link, quiet) {
  const panel = $("#panel"), stop = new AbortController();
  const name = $("bdi", link.closest("tr")).textContent;
  let answer, told, text = "";
  try {
    answer = await fetch(link.href, { cache: "no-store", credentials: "omit", signal: stop.signal });
    if (!answer.ok) text = await answer.text();
    stop.abort();
  } catch { // the URL alone says something, too
  }
  if (answer?.ok && quiet) return true;
  try {
    told = answer?.redirected ? { code: "redirect", cause: `The store sends browsers on to ${answer.url}` }
      : answer?.ok ? { code: "ok", cause: "The store gives the object" }
      : await ask("diagnose", { url: link.href, status: answer?.status, text, method: "GET" });
    if (!answer) told = { code: told.code === "ok" ? "unknown" : told.code, cause: told.cause, fix: silent().message };
  } catch (error) {
    told = { code: "unknown", cause: error.message };
  }
  panel.replaceChildren(
    made("h2", `${name}, ${link.classList.contains("signed") ? "signed" : "unsigned"}: ${answer?.status ?? "no answer"}`),
    ...(text ? [made("pre", text.replace(/></g, ">\n<"), { tabIndex: 0 })] : []),
    made("p", ""), ...(told.fix ? [made("p", `Fix: ${told.fix}`, { className: "dim" })] : []));
  $("p", panel).append(made("strong", `${told.code}: `), told.cause);
  panel.hidden = false;
  return false;
}

async function copy(button) {
  const text = $("a", button.closest("td")).href;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no secure context
    const area = made("textarea", text);
    button.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

document.addEventListener("click", ({ target }) => {
  if (target.closest(".signed, .copy")) asked = $(".signed", target.closest("tr"));
  if (target.matches(".copy")) copy(target);
  if (target.matches(".ask")) explain($("a", target.closest("td")));
});
addEventListener("keydown", ({ key }) => {
  if (key === "Escape") for (const one of all("td details")) one.open = false;
});
tick();

// ---- Uploads
const memory = `presignlib ${page.store} `;
const replace = () => $("#replace").checked;
const sign = (what) => ask("sign", what);

function send(to, body, job, moved = () => {}) {
  return new Promise((done, failed) => {
    const xhr = job.xhr = new XMLHttpRequest();
    xhr.open(to.method, to.url);
    for (const [name, value] of Object.entries(to.headers)) {
      if (name !== "content-length") xhr.setRequestHeader(name, value); // which browsers set
    }
    xhr.upload.onprogress = (event) => moved(event.loaded);
    xhr.onabort = () => failed(new Error("Paused."));
    xhr.onerror = () => failed(silent());
    xhr.onload = async () => {
      const { status, responseText: text } = xhr;
      if (status < 300 && !text.includes("<Error>")) return done(text);
      const told = await ask("diagnose", { url: to.url, status, text, method: to.method }).catch((error) => ({ cause: error.message }));
      failed(Object.assign(new Error(told.fix ? `${told.cause}: ${told.fix}` : told.cause), { status }));
    };
    xhr.send(body);
  });
}

async function whole(file, key, type, job) {
  const to = await sign({ do: "put", key, type, size: file.size, replace: replace() });
  await send(to, file, job, (bytes) => { job.bar.value = bytes; });
}

// The parts that are there, number to ETag, from the store: it alone knows.
async function there(key, id, job) {
  const found = {};
  for (let after = 0, more = true; more;) {
    const xml = new DOMParser().parseFromString(await send(await sign({ do: "parts", key, id, after }), null, job), "text/xml");
    for (const part of xml.querySelectorAll("Part")) {
      found[after = +$("PartNumber", part).textContent] = $("ETag", part).textContent;
    }
    more = $("IsTruncated", xml)?.textContent === "true";
  }
  return found;
}

async function inParts(file, key, type, job) {
  const name = `${memory}${JSON.stringify([key, file.size, file.lastModified])}`;
  let kept = JSON.parse(localStorage.getItem(name)), done = {};
  if (kept) {
    done = await there(key, kept.id, job).catch((error) => {
      if (error.status !== 404) throw error;
      kept = null;
      return {};
    });
  }
  if (!kept) {
    const xml = await send(await sign({ do: "create", key, type }), null, job);
    kept = { id: $("UploadId", new DOMParser().parseFromString(xml, "text/xml")).textContent,
      size: Math.max(+page.part, Math.ceil(file.size / 10000)) };
    localStorage.setItem(name, JSON.stringify(kept));
  }
  const { id, size } = kept;
  for (let number = 1; (number - 1) * size < file.size; number++) {
    const before = (number - 1) * size, part = file.slice(before, before + size);
    if (!done[number]) {
      await send(await sign({ do: "part", key, id, number, size: part.size }), part, job, (bytes) => { job.bar.value = before + bytes; });
    }
    job.bar.value = before + part.size;
  }
  const to = await sign({ do: "complete", key, id, replace: replace(), parts: await there(key, id, job) });
  await send(to, new Blob([to.body]), job);
  localStorage.removeItem(name);
}

function line(name, text) {
  const item = made("li", ""), said = made("span", text, { className: "dim" });
  item.append(made("b", name), said);
  $("#jobs").append(item);
  return { item, said };
}

async function upload(file, job) {
  const key = page.prefix + file.name, type = file.type || "application/octet-stream";
  job.button.textContent = "Pause";
  job.button.onclick = () => job.xhr?.abort();
  job.said.textContent = "uploading";
  try {
    await (file.size > page.large ? inParts : whole)(file, key, type, job);
  } catch (error) {
    job.said.textContent = error.status === 412
      ? "An object of that name is there already: choose to replace it, and try again." : error.message;
    job.bar.value = 0;
    job.button.textContent = "Try again";
    job.button.onclick = async () => { if (await upload(file, job)) finished([key]); };
    return false;
  }
  job.said.textContent = "done";
  job.button.remove();
  return true;
}

function finished([key]) {
  location.assign(`./?${new URLSearchParams({ expires: $("select[name=expires]").value, key })}`);
}

async function uploads(files) {
  const jobs = [...files].map((file) => {
    const job = line(file.name, "waiting");
    job.bar = made("progress", "", { max: file.size || 1, value: 0, ariaLabel: file.name });
    job.button = made("button", "Wait", { type: "button", className: "small" });
    job.item.append(job.bar, job.button);
    return [file, job];
  });
  let good = 0;
  for (const [file, job] of jobs) good += await upload(file, job);
  if (good && good === jobs.length) finished(jobs.map(([file]) => page.prefix + file.name));
}

function unfinished() {
  for (const name of Object.keys(localStorage).filter((each) => each.startsWith(memory))) {
    const [key] = JSON.parse(name.slice(memory.length)), { id } = JSON.parse(localStorage.getItem(name));
    const job = line(key, "is there in part: choose the file again to go on"), button = made("button", "Discard", { type: "button", className: "small danger" });
    job.item.append(button);
    button.onclick = async () => {
      await sign({ do: "abort", key, id }).then((to) => send(to, null, job)).catch(() => {});
      localStorage.removeItem(name);
      job.item.remove();
    };
  }
}

const drop = $("#drop");
if (drop) {
  $("#files").onchange = ({ target }) => { uploads(target.files); target.value = ""; };
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop") uploads(event.dataTransfer.files);
    });
  }
  $("#post")?.addEventListener("change", ({ target }) => {
    if (target.files?.[0]?.type) $("#post").elements["Content-Type"].value = target.files[0].type;
  });
  unfinished();
}
