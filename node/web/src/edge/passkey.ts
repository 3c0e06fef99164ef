import { base64url } from "./bytes.js";

/** WebAuthn (Level 2, §5.1), as the node's two pairs of routes speak it: bytes as base64url, the
 * authenticator's data taken out by the browser and read by the node alone. What a browser can do is
 * asked of it, never guessed from its name. */

export interface NewPasskey {
  readonly id: string;
  readonly client_data: string;
  readonly authenticator_data: string;
}
export interface PasskeyAnswer {
  readonly id: string;
  readonly client_data: string;
  readonly authenticator_data: string;
  readonly signature: string;
  readonly user_handle?: string;
}
/** stopped: by the reader, the device or the time. already: this device has one of theirs. */
export type Ended<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "stopped" | "already" | "broken" };

const timeoutMs = 120_000;

interface MakeOptions {
  readonly challenge: string;
  readonly rp_id: string;
  readonly rp_name: string;
  readonly user_id: string;
  readonly user_name: string;
  readonly user_display: string;
  readonly exclude: readonly string[];
  readonly params: readonly { readonly type: string; readonly alg: number }[];
}

export async function makePasskey(
  from: MakeOptions,
  signal: AbortSignal,
): Promise<Ended<NewPasskey>> {
  return await ended(async () => {
    const made = await navigator.credentials.create({
      signal,
      publicKey: {
        challenge: bytesOf(from.challenge),
        rp: { id: from.rp_id, name: from.rp_name },
        user: { id: bytesOf(from.user_id), name: from.user_name, displayName: from.user_display },
        pubKeyCredParams: from.params.map(({ alg }) => ({ type: "public-key", alg })),
        excludeCredentials: from.exclude.map(named),
        authenticatorSelection: {
          residentKey: "required",
          requireResidentKey: true,
          userVerification: "required",
        },
        attestation: "none",
        timeout: timeoutMs,
      },
    });
    const key = made as PublicKeyCredential | null;
    const response = key?.response as AuthenticatorAttestationResponse | undefined;
    if (key === null || response === undefined) return undefined;
    return {
      id: textOf(key.rawId),
      client_data: textOf(response.clientDataJSON),
      authenticator_data: textOf(response.getAuthenticatorData()),
    };
  });
}

interface AskOptions {
  readonly challenge: string;
  readonly rp_id: string;
  readonly allow: readonly string[];
}

export async function askPasskey(
  from: AskOptions,
  signal: AbortSignal,
): Promise<Ended<PasskeyAnswer>> {
  return await ended(async () => {
    const found = await navigator.credentials.get({
      signal,
      publicKey: {
        challenge: bytesOf(from.challenge),
        rpId: from.rp_id,
        allowCredentials: from.allow.map(named),
        userVerification: "required",
        timeout: timeoutMs,
      },
    });
    const key = found as PublicKeyCredential | null;
    const response = key?.response as AuthenticatorAssertionResponse | undefined;
    if (key === null || response === undefined) return undefined;
    return {
      id: textOf(key.rawId),
      client_data: textOf(response.clientDataJSON),
      authenticator_data: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      ...(response.userHandle === null ? {} : { user_handle: textOf(response.userHandle) }),
    };
  });
}

async function ended<T>(act: () => Promise<T | undefined>): Promise<Ended<T>> {
  try {
    const value = await act();
    return value === undefined ? { kind: "broken" } : { kind: "done", value };
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "NotAllowedError" || name === "AbortError") return { kind: "stopped" };
    return { kind: name === "InvalidStateError" ? "already" : "broken" };
  }
}

function named(id: string): PublicKeyCredentialDescriptor {
  return { type: "public-key", id: bytesOf(id) };
}

function bytesOf(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0)).buffer;
}

function textOf(bytes: ArrayBuffer): string {
  return base64url(new Uint8Array(bytes));
}
