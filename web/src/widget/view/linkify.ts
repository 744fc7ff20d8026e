// Finds web addresses in plain text. Only http and https ever become links, and the text itself is never changed.

export type Part = { text: string; href?: string };

const ADDRESS = /\bhttps?:\/\/[^\s<>"'«»„“”]+/gi;
const CLOSING: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** Cuts the text into plain parts and links; the parts joined are the text. */
export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = safeHref(address);
    if (!href) continue;
    const start = match.index!;
    if (start > done) parts.push({ text: text.slice(done, start) });
    parts.push({ text: address, href });
    done = start + address.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** The address without the punctuation of the sentence around it. */
function trimmed(address: string): string {
  let end = address.length;
  while (end > 0) {
    const last = address[end - 1]!;
    const opening = CLOSING[last];
    const body = address.slice(0, end);
    const unbalanced = opening !== undefined && count(body, last) > count(body, opening);
    if (!unbalanced && !/[.,;:!?…]/.test(last)) break;
    end--;
  }
  return address.slice(0, end);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function safeHref(address: string): string | null {
  try {
    const url = new URL(address);
    // A name and password before the host are there to deceive.
    if (url.username !== "" || url.password !== "" || url.hostname === "") return null;
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
