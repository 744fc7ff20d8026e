// The files that go with the next message: each is checked, uploaded at once with progress, and can be taken out or
// tried again. A message waits until none of its files is on the way.

import type { Attachment } from "../api/contract";
import { asFailure, type Failure, wordsFor } from "../api/failure";
import { fileObjection, MAX_FILES, type Upload } from "../api/upload";
import { newKey } from "./keys";

export interface TrayFile {
  key: string;
  name: string;
  size: number;
  state: "uploading" | "ready" | "failed" | "objected";
  /** 0 to 1 while uploading. */
  progress: number;
  /** What is wrong, for the citizen. */
  problem: string | null;
  attachment: Attachment | null;
}

export interface TrayPort {
  /** Begins an upload; begins the dialogue first when there is none. */
  begin(file: File, progress: (share: number) => void): Promise<Upload>;
  changed(): void;
  refused(failure: Failure): void;
}

export class Tray {
  private files: TrayFile[] = [];
  private readonly sources = new Map<string, File>();
  private readonly running = new Map<string, Upload>();

  constructor(private readonly port: TrayPort) {}

  get all(): readonly TrayFile[] { return this.files; }
  get uploading(): boolean { return this.files.some((file) => file.state === "uploading"); }

  add(files: readonly File[]): void {
    let room = MAX_FILES - this.files.filter((file) => file.state !== "objected").length;
    for (const source of files) {
      const objection = fileObjection(source) ?? (room > 0 ? null : `Не больше ${MAX_FILES} файлов в сообщении.`);
      const entry: TrayFile = {
        key: newKey(), name: source.name, size: source.size, progress: 0, attachment: null,
        state: objection ? "objected" : "uploading", problem: objection,
      };
      this.files = [...this.files, entry];
      if (objection) continue;
      room--;
      this.sources.set(entry.key, source);
      void this.run(entry.key);
    }
    this.port.changed();
  }

  retry(key: string): void {
    this.update(key, { state: "uploading", progress: 0, problem: null });
    void this.run(key);
  }

  remove(key: string): void {
    this.running.get(key)?.abort();
    this.running.delete(key);
    this.sources.delete(key);
    this.files = this.files.filter((file) => file.key !== key);
    this.port.changed();
  }

  /** Takes out the files that are ready, to be sent; those in trouble stay, objections go. */
  take(): Attachment[] {
    const ready = this.files.filter((file) => file.state === "ready");
    this.files = this.files.filter((file) => file.state === "failed" || file.state === "uploading");
    for (const file of ready) this.sources.delete(file.key);
    this.port.changed();
    return ready.map((file) => file.attachment!);
  }

  clear(): void {
    for (const file of [...this.files]) this.remove(file.key);
  }

  private async run(key: string): Promise<void> {
    const source = this.sources.get(key);
    if (!source) return;
    try {
      const upload = await this.port.begin(source, (progress) => this.update(key, { progress }));
      if (!this.sources.has(key)) return upload.abort();
      this.running.set(key, upload);
      const attachment = await upload.done;
      this.update(key, { state: "ready", progress: 1, attachment });
    } catch (reason) {
      const failure = asFailure(reason);
      if (failure.kind === "aborted") return;
      // What the centre does not accept, it will not accept the next time either.
      const state = failure.kind === "rejected" ? "objected" : "failed";
      this.update(key, { state, problem: wordsForUpload(failure) });
      if (failure.kind === "refused") this.port.refused(failure);
    } finally {
      this.running.delete(key);
    }
  }

  private update(key: string, change: Partial<TrayFile>): void {
    this.files = this.files.map((file) => (file.key === key ? { ...file, ...change } : file));
    this.port.changed();
  }
}

function wordsForUpload(failure: Failure): string {
  if (failure.code === "TOO_LARGE") return "Файл больше 10 МБ.";
  if (failure.kind === "rejected") return "Файл не принят: проверьте его тип и содержимое.";
  return wordsFor(failure);
}
