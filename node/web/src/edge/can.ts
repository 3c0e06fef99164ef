/** What this browser can do. */

/** Passkeys, with what edge/passkey.ts reads of them: a browser without it offers the other ways. */
export function canPasskey(): boolean {
  return (
    isSecureContext &&
    typeof PublicKeyCredential === "function" &&
    typeof AuthenticatorAttestationResponse === "function" &&
    "getAuthenticatorData" in AuthenticatorAttestationResponse.prototype
  );
}
