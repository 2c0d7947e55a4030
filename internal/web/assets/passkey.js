// Asks the browser's authenticator for a passkey: what the page's form holds in
// data-options goes to it, and what it answers comes back in the form.
(function () {
  "use strict";
  var words = JSON.parse(document.body.dataset.said || "{}");
  var t = function (text) { return words[text] || text; };
  var form = document.querySelector("form[data-passkey]");
  if (!form) { return; }
  var button = form.querySelector("[data-passkey-ask]"), said = form.querySelector("[data-passkey-say]");
  var say = function (text) { said.textContent = text; };

  var bytes = function (text) {
    var raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(raw, function (c) { return c.charCodeAt(0); });
  };
  var text = function (buffer) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  var key = function (k) { return Object.assign({}, k, { id: bytes(k.id) }); };

  function ask() {
    var options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (form.dataset.passkey === "create") {
      options.user.id = bytes(options.user.id);
      options.excludeCredentials = (options.excludeCredentials || []).map(key);
      return navigator.credentials.create({ publicKey: options });
    }
    if (options.allowCredentials) { options.allowCredentials = options.allowCredentials.map(key); }
    return navigator.credentials.get({ publicKey: options });
  }

  function answer(made) {
    var r = made.response, told = { clientDataJSON: text(r.clientDataJSON) };
    if (r.attestationObject) {
      told.attestationObject = text(r.attestationObject);
      told.transports = r.getTransports ? r.getTransports() : [];
    } else {
      told.authenticatorData = text(r.authenticatorData);
      told.signature = text(r.signature);
      if (r.userHandle) { told.userHandle = text(r.userHandle); }
    }
    return JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response: told,
      authenticatorAttachment: made.authenticatorAttachment || undefined, clientExtensionResults: made.getClientExtensionResults()
    });
  }

  function go() {
    if (!window.PublicKeyCredential || !window.isSecureContext) {
      say(t("This browser can't use passkeys at this address. Use another way."));
      return;
    }
    button.disabled = true;
    say(t("Your device asks you now."));
    ask().then(function (made) {
      form.querySelector("input[name=answer]").value = answer(made);
      say(t("One moment."));
      form.submit();
    }).catch(function (e) {
      button.disabled = false;
      say(e.name === "InvalidStateError" ? t("This device has a passkey for this account already.") :
        e.name === "SecurityError" ? t("Passkeys do not work at this address: open the page by the server's public name.") :
        t("The device gave no passkey. Try again, or use another way."));
    });
  }

  button.addEventListener("click", go);
  if (!form.hasAttribute("data-refused")) { go(); }
})();
