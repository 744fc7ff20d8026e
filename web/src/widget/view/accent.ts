// The agency's own colour, made safe: text on it is black or white, whichever can be read.

export interface Accent { colour: string; ink: string }

export const DEFAULT_ACCENT: Accent = { colour: "#1d4f91", ink: "#ffffff" };

/** Reads #rgb or #rrggbb; anything else gives the default. */
export function accentOf(value: string | null): Accent {
  const match = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(value?.trim() ?? "");
  if (!match) return DEFAULT_ACCENT;
  const digits = match[1]!.length === 3 ? [...match[1]!].map((d) => d + d).join("") : match[1]!;
  const light = luminance(digits);
  const onWhite = 1.05 / (light + 0.05);
  const onBlack = (light + 0.05) / 0.05;
  return { colour: `#${digits.toLowerCase()}`, ink: onWhite >= onBlack ? "#ffffff" : "#000000" };
}

/** Relative luminance as WCAG 2.1 defines it. */
function luminance(digits: string): number {
  const [r, g, b] = [0, 2, 4].map((at) => {
    const channel = parseInt(digits.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
