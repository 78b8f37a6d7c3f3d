// Asks the browser for a passkey and hands on what it says. It keeps nothing and decides nothing;
// every other way of signing in works without it.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) {
    return;
  }
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const make = async (options) => {
    const listed = options.excludeCredentials.map((one) => ({ ...one, id: bytes(one.id) }));
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: listed,
      },
    });
    return {
      client: text(made.response.clientDataJSON),
      attestation: text(made.response.attestationObject),
    };
  };

  const show = async (options) => {
    const shown = await navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(options.challenge) },
    });
    const said = shown.response;
    return {
      id: text(shown.rawId),
      owner: said.userHandle ? text(said.userHandle) : "",
      client: text(said.clientDataJSON),
      device: text(said.authenticatorData),
      signature: text(said.signature),
    };
  };

  const send = async (form, note) => {
    const body = new URLSearchParams(new FormData(form));
    const begun = await fetch(form.dataset.start, { method: "POST", body });
    if (begun.ok) {
      const options = await begun.json();
      try {
        const answer = await (form.dataset.passkey === "make" ? make(options) : show(options));
        form.elements.answer.value = JSON.stringify(answer);
      } catch {
        note.hidden = false;
        return;
      }
    }
    // Without an answer the server says in its own words why there is none.
    form.submit();
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    const note = form.querySelector("[role=alert]");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      note.hidden = true;
      button.disabled = true;
      send(form, note).catch(() => { note.hidden = false; })
        .finally(() => { button.disabled = false; button.focus(); });
    });
  }
})();
