import type { VNode } from "preact";

/** A microphone; struck through when it is off. */
export function MicSign({ isOn }: { isOn: boolean }): VNode {
  return (
    <svg class="mic-sign" viewBox="0 0 24 24" aria-hidden="true">
      <g fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round">
        <rect x="9" y="3" width="6" height="11" rx="3" fill={isOn ? "currentColor" : "none"} />
        <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
        {isOn ? null : <path d="M4 3.5l16 17" />}
      </g>
    </svg>
  );
}
