// Calls the citizen back when something arrives unseen: a number before the title of the page, and a short sound when
// it is switched on.

export class TitleMark {
  private original: string | null = null;

  /** Shows the number of unread messages; 0 gives the page its own title back. */
  show(count: number): void {
    if (count === 0) {
      if (this.original !== null) document.title = this.original;
      this.original = null;
      return;
    }
    this.original ??= document.title;
    document.title = `(${count}) ${this.original}`;
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
