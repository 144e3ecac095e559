"use strict";

const byId = (id) => document.getElementById(id);
let info = null;

// --- the address: /?site=1&name=bob&user-verification=required&list=none -------------------------------------------------------

// site: another one of this server's; name: the account. The others make the page ask otherwise than its server says.
// Behind a # the page follows them as they change; there they go before those behind the ?.
const SWITCHES = ["site", "name", "user-verification", "resident-key", "attachment", "attestation", "list"];
let switches = new URLSearchParams();
let api = "/api";

function readAddress() {
  switches = new URLSearchParams(`${location.hash.slice(1)}&${location.search.slice(1)}`);
  api = switches.has("site") ? `/sites/${encodeURIComponent(switches.get("site"))}/api` : "/api";
}

function askedOtherwise(options) {
  const asked = { ...options };
  if (switches.has("user-verification")) asked.userVerification = switches.get("user-verification");
  if (switches.get("list") === "none") asked.allowCredentials = [];
  return asked;
}

function askedOtherwiseAtRegistration(options) {
  const asked = { ...options, authenticatorSelection: { ...options.authenticatorSelection } };
  const selection = asked.authenticatorSelection;
  if (switches.has("user-verification")) selection.userVerification = switches.get("user-verification");
  if (switches.has("resident-key")) {
    selection.residentKey = switches.get("resident-key");
    selection.requireResidentKey = selection.residentKey === "required";
  }
  if (switches.has("attachment")) selection.authenticatorAttachment = switches.get("attachment") || undefined;
  if (switches.has("attestation")) asked.attestation = switches.get("attestation");
  if (switches.get("list") === "none") asked.excludeCredentials = [];
  return asked;
}

// --- base64url: WebAuthn Level 3 does this itself, older browsers do not -------------------------------------------------------

function toBytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

function toText(buffer) {
  const bytes = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function withBytes(descriptors) {
  return (descriptors ?? []).map((descriptor) => ({ ...descriptor, id: toBytes(descriptor.id) }));
}

function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return {
    ...json,
    challenge: toBytes(json.challenge),
    user: { ...json.user, id: toBytes(json.user.id) },
    excludeCredentials: withBytes(json.excludeCredentials),
  };
}

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return { ...json, challenge: toBytes(json.challenge), allowCredentials: withBytes(json.allowCredentials) };
}

function responseJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { response } = credential;
  const members = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    members.attestationObject = toText(response.attestationObject);
    members.transports = response.getTransports ? response.getTransports() : [];
  } else {
    members.authenticatorData = toText(response.authenticatorData);
    members.signature = toText(response.signature);
    if (response.userHandle) members.userHandle = toText(response.userHandle);
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: members,
  };
}

// --- the server ----------------------------------------------------------------------------------------------------------------

class Refused extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.check = error.check;
  }
}

async function call(method, path, body) {
  const request = { method, credentials: "same-origin" };
  if (body !== undefined) {
    request.headers = { "content-type": "application/json" };
    request.body = JSON.stringify(body);
  }
  const answer = await fetch(api + path, request);
  const text = await answer.text();
  const json = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Refused(answer.status, json.error);
  return json;
}

const account = () => ({ name: byId("name").value, password: byId("password").value });
const accountPath = () => `/accounts/${encodeURIComponent(account().name)}/credentials`;

async function register() {
  await call("POST", "/login/password", account());
  const options = creationOptions(askedOtherwiseAtRegistration(await call("POST", "/registration/options", {})));
  const credential = await navigator.credentials.create({ publicKey: options });
  const { user, credential: stored } = await call("POST", "/registration/verify", responseJson(credential));
  return `${user} has a key now: ${describe(stored)}`;
}

async function login() {
  const who = {};
  if (info.site.policy.login === "second-factor") await call("POST", "/login/password", account());
  if (info.site.policy.login === "passwordless") who.name = account().name;
  const options = requestOptions(askedOtherwise(await call("POST", "/login/options", who)));
  const credential = await navigator.credentials.get({ publicKey: options });
  const { user } = await call("POST", "/login/verify", responseJson(credential));
  return `${user} is logged in.`;
}

// --- what is shown ---------------------------------------------------------------------------------------------------------------

function element(name, className, ...parts) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...parts);
  return made;
}

function describe(credential) {
  const backup = credential.backup_eligible ? (credential.backup_state ? "backed up" : "may be backed up") : "bound to its device";
  return `${credential.format} attestation, AAGUID ${credential.aaguid}, counter ${credential.sign_count}, ${backup}`;
}

function decided(className, head, ...text) {
  const list = byId("decisions");
  list.querySelector(".empty")?.remove();
  list.prepend(element("li", className, element("strong", "", head), ...text));
  while (list.children.length > 20) list.lastChild.remove();
}

async function attempt(button, what, work) {
  button.disabled = true;
  try {
    decided("accepted", `${what}: accepted`, await work());
  } catch (error) {
    if (error instanceof Refused) {
      decided("refused", `${what}: refused, HTTP ${error.status}`, element("code", "", error.check), ` ${error.message}`);
    } else if (error instanceof DOMException) {
      decided("client", `${what}: the browser refused`, element("code", "", error.name), ` ${error.message}`);
    } else {
      decided("client", `${what}: no usable answer`, String(error));
    }
  } finally {
    button.disabled = false;
    await refresh();
  }
}

async function refresh() {
  const { user, password } = await call("GET", "/whoami");
  const pill = byId("whoami");
  pill.classList.toggle("in", user !== null);
  pill.textContent = user ? `${user} is logged in` : password ? `${password} gave the password only` : "nobody is logged in";
  byId("owner").textContent = account().name || "?";
  const list = byId("credentials");
  const stored = await call("GET", accountPath()).catch(() => null);
  if (!stored) return list.replaceChildren(element("li", "empty", "There is no such account."));
  if (!stored.length) return list.replaceChildren(element("li", "empty", "None."));
  list.replaceChildren(...stored.map(shown));
}

function shown(credential) {
  const remove = element("button", "quiet", "Remove");
  remove.addEventListener("click", () =>
    attempt(remove, "Removal", async () => {
      await call("DELETE", `${accountPath()}/${credential.id}`);
      return "The key is gone from the account.";
    }),
  );
  const id = credential.id.length > 24 ? `${credential.id.slice(0, 24)}…` : credential.id;
  return element("li", "", element("div", "", element("code", "", id), element("br", ""), describe(credential)), remove);
}

function shownPolicy(policy) {
  const rows = Object.entries(policy).flatMap(([name, value]) => {
    let text = String(value ?? "any");
    if (Array.isArray(value)) text = value.length ? value.join(", ") : name.endsWith("deny") ? "none" : "any";
    if (typeof value === "boolean") text = value ? "yes" : "no";
    return [element("dt", "", name.replaceAll("-", " ")), element("dd", "", text)];
  });
  byId("policy").replaceChildren(...rows);
}

function shownFlaws(flaws) {
  const rows = flaws.map(({ id, description }) => element("li", "", element("code", "", id), element("br", ""), description));
  byId("flaws").replaceChildren(...(rows.length ? rows : [element("li", "empty", "None: every check is made.")]));
}

function warn(text, link) {
  const hint = byId("hint");
  hint.hidden = false;
  hint.replaceChildren(text);
  if (link) {
    const made = element("a", "", link);
    made.href = link;
    hint.append(" ", made);
  }
}

const KINDS = {
  "second-factor": "Login: the password, then the key.",
  passwordless: "Login: the user name, then the key.",
  usernameless: "Login: the key says who you are; no name is sent.",
};

// Shows what the address says. `data-shown` on the root tells who drives the page that it is done.
async function follow() {
  const address = location.href;
  readAddress();
  const unknown = [...switches.keys()].filter((name) => !SWITCHES.includes(name));
  if (unknown.length) throw new Error(`the address may say ${SWITCHES.join(", ")}, not ${unknown.join(", ")}`);
  byId("hint").hidden = true;
  info = await call("GET", "/info");
  if (switches.has("name")) byId("name").value = switches.get("name");
  const { site } = info;
  byId("where").textContent = `version ${info.version}, origin ${site.origin}, RP ID ${site.rp_id}`;
  const otherwise = [...switches].filter(([name]) => name !== "site" && name !== "name").map((pair) => pair.join(" "));
  byId("kind").textContent = KINDS[site.policy.login] + (otherwise.length ? ` This page asks otherwise: ${otherwise.join(", ")}.` : "");
  shownPolicy(site.policy);
  shownFlaws(info.flaws);
  if (location.origin !== site.origin) warn("WebAuthn works on the site’s own origin only. Open this page as", site.origin);
  else if (!window.PublicKeyCredential) warn("This browser has no WebAuthn.");
  await refresh();
  document.documentElement.dataset.shown = address;
}

const show = () => follow().catch((error) => warn(`This page cannot be used: ${error.message}`));

byId("create").addEventListener("click", () =>
  attempt(byId("create"), "Account", async () => {
    await call("POST", "/accounts", account());
    return `${account().name} can register keys now.`;
  }),
);
byId("register").addEventListener("click", () => attempt(byId("register"), "Registration", register));
byId("login").addEventListener("click", () => attempt(byId("login"), "Login", login));
byId("logout").addEventListener("click", () => call("POST", "/logout", {}).then(refresh));
byId("name").addEventListener("change", refresh);
window.addEventListener("hashchange", show);
show();
