// Calls the citizen back when something arrives unseen: a number before the title of the page, and a short sound when
// it is switched on.

export class TitleMark {
  // A page has one title, however many widgets are on it.
  private static readonly counts = new Map<TitleMark, number>();
  private static own = "";
  private static shown: string | null = null;

  /** Shows the number of unread messages of all widgets; 0 gives the page its own title back. */
  show(count: number): void {
    if (count > 0) TitleMark.counts.set(this, count);
    else TitleMark.counts.delete(this);
    const total = [...TitleMark.counts.values()].reduce((sum, n) => sum + n, 0);
    // The page may have given itself another title meanwhile.
    if (document.title !== TitleMark.shown) TitleMark.own = document.title;
    const title = total > 0 ? `(${total}) ${TitleMark.own}` : TitleMark.own;
    if (document.title !== title) document.title = title;
    TitleMark.shown = document.title;
  }
}

let audio: AudioContext | null = null;

/** Two soft tones; silent where the browser does not allow sound. */
export function chime(): void {
  try {
    audio ??= new AudioContext();
    for (const [delay, frequency] of [[0, 660], [0.14, 880]] as const) {
      const at = audio.currentTime + delay;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.06, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.26);
    }
  } catch {
    // No sound is better than no chat.
  }
}
