// Keyboard focus inside a shadow tree.

const FOCUSABLE = [
  "a[href]", "button:not([disabled])", "textarea:not([disabled])", "input:not([disabled]):not([type=file])",
  "summary", "[tabindex='0']",
].join(",");

/** Keeps Tab within the box: after the last element comes the first. */
export function keepFocus(event: KeyboardEvent, box: HTMLElement): void {
  if (event.key !== "Tab") return;
  const all = [...box.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => element.offsetParent !== null);
  const first = all[0];
  const last = all[all.length - 1];
  if (!first || !last) return;
  const active = (box.getRootNode() as ShadowRoot).activeElement;
  const inside = active !== null && box.contains(active);
  if (event.shiftKey && (active === first || !inside)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && (active === last || !inside)) {
    event.preventDefault();
    first.focus();
  }
}

/** Remembers whether the focus was in the box, so that it can be saved when its element disappears. */
export class FocusKeeper {
  private last: Element | null = null;

  focused(element: Element | null): void { this.last = element; }

  /** Calls `rescue` when the element that had the focus is gone and the focus with it. */
  afterRender(root: ShadowRoot, rescue: () => void): void {
    if (!this.last || this.last.isConnected) return;
    this.last = null;
    if (root.activeElement === null) rescue();
  }
}
