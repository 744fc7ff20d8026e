// Attributes of <ekc-chat>, with their defaults.

/** The address of this script, known only while it is first run; a module is not told, and looks for its own tag. */
const SCRIPT_URL = (document.currentScript as HTMLScriptElement | null)?.src
  ?? document.querySelector<HTMLScriptElement>('script[src*="/ekc-chat.js"], script[src^="ekc-chat.js"]')?.src ?? "";

/** `…/widget/ekc-chat.js` belongs to the centre at `…/graphql`. */
export function defaultEndpoint(scriptUrl: string, pageUrl: string): string {
  return new URL("../graphql", scriptUrl || new URL("/widget/", pageUrl)).href;
}

export interface WidgetConfig {
  endpoint: string;
  agency: string | null;
  region: string | null;
  privacyUrl: string | null;
  /** The page without query and fragment, which may carry what is nobody's business. */
  pageUrl: string;
}

export function readConfig(element: Element): WidgetConfig {
  const page = location.href;
  const endpoint = element.getAttribute("endpoint");
  return {
    endpoint: endpoint ? new URL(endpoint, page).href : defaultEndpoint(SCRIPT_URL, page),
    agency: element.getAttribute("agency") || null,
    region: element.getAttribute("region") || null,
    privacyUrl: safeUrl(element.getAttribute("privacy-url"), page),
    pageUrl: location.origin + location.pathname,
  };
}

function safeUrl(value: string | null, base: string): string | null {
  if (!value) return null;
  try {
    const url = new URL(value, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
