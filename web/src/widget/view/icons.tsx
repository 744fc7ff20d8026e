// Drawings on buttons; each is hidden from screen readers, the button carries the words.

import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const ChatIcon = () => <Icon><path d="M4 5h16v11H9l-5 4z" /><path d="M8 9h8M8 12h5" /></Icon>;
export const CloseIcon = () => <Icon><path d="M6 9l6 6 6-6" /></Icon>;
export const MoreIcon = () => <Icon><path d="M12 5v.01M12 12v.01M12 19v.01" stroke-width="3.5" /></Icon>;
export const ClipIcon = () => <Icon><path d="M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.3 17a1.6 1.6 0 0 1-2.3-2.300L14.5 7.2" /></Icon>;
export const SendIcon = () => <Icon><path d="M4 12l16-8-6 16-3-6z" /><path d="M11 14l4-4" /></Icon>;
export const FileIcon = () => <Icon><path d="M6 3h8l4 4v14H6z" /><path d="M14 3v4h4" /></Icon>;
export const RemoveIcon = () => <Icon><path d="M7 7l10 10M17 7L7 17" /></Icon>;
export const PersonIcon = () => <Icon><circle cx="12" cy="8" r="4" /><path d="M4 21c1-4 4-6 8-6s7 2 8 6" /></Icon>;
export const DownIcon = () => <Icon><path d="M12 5v14M6 13l6 6 6-6" /></Icon>;
export const StarIcon = () => (
  <svg viewBox="0 0 24 24" width="30" height="30" aria-hidden="true" focusable="false">
    <path d="M12 2.500l2.9 6.1 6.6.9-4.8 4.7 1.2 6.700L12 17.700l-5.9 3.2 1.2-6.700L2.5 9.500l6.6-.9z"
      stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" />
  </svg>
);
