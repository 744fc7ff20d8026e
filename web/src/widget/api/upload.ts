// Files: what may be sent (checked before sending; the centre checks again by content) and the upload itself, by the
// GraphQL multipart request specification. XMLHttpRequest, because fetch tells nothing of the progress of a body.

import { ATTACHMENT_UPLOAD, type Attachment, type UserError } from "./contract";
import { Failure, failureOfFaults, failureOfStatus, failureOfUserErrors, type GraphQLFault } from "./failure";

export const MAX_FILE_BYTES = 10 * 1024 * 1024;
export const MAX_FILES = 5;

const EXTENSIONS = ["pdf", "png", "jpg", "jpeg", "webp", "txt", "docx", "xlsx"];

/** For the `accept` attribute of the file input. */
export const ACCEPT = EXTENSIONS.map((extension) => `.${extension}`).join(",");

/** Why a file cannot be sent, in words for the citizen; null when it can. */
export function fileObjection(file: { name: string; size: number }): string | null {
  const extension = file.name.includes(".") ? file.name.split(".").pop()!.toLowerCase() : "";
  if (!EXTENSIONS.includes(extension)) {
    return "Такой тип файла не принимается. Можно: PDF, PNG, JPEG, WebP, TXT, DOCX, XLSX.";
  }
  if (file.size === 0) return "Файл пуст.";
  if (file.size > MAX_FILE_BYTES) return "Файл больше 10 МБ.";
  return null;
}

export interface Upload { done: Promise<Attachment>; abort(): void }

export function upload(
  endpoint: string, token: string, interactionId: string, file: File, progress: (share: number) => void,
): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<Attachment>((resolve, reject) => {
    request.open("POST", endpoint);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Accept", "application/graphql-response+json, application/json");
    request.setRequestHeader("Apollo-Require-Preflight", "1");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      try {
        resolve(readUpload(request.status, request.responseText));
      } catch (reason) {
        reject(reason);
      }
    };
    request.onerror = () => reject(new Failure("network", "upload failed"));
    request.onabort = () => reject(new Failure("aborted", "upload aborted"));
    request.send(multipart(interactionId, file));
  });
  return { done, abort: () => request.abort() };
}

/** The parts in the order that the specification demands: operations, map, file. */
function multipart(interactionId: string, file: File): FormData {
  const form = new FormData();
  const variables = { input: { interactionId, file: null } };
  form.append("operations", JSON.stringify({ query: ATTACHMENT_UPLOAD, variables }));
  form.append("map", JSON.stringify({ 0: ["variables.input.file"] }));
  form.append("0", file, file.name);
  return form;
}

interface UploadResponse {
  data?: { attachmentUpload: { attachment: Attachment | null; userErrors: UserError[] } | null } | null;
  errors?: GraphQLFault[];
}

function readUpload(status: number, text: string): Attachment {
  let body: UploadResponse = {};
  try {
    body = JSON.parse(text) as UploadResponse;
  } catch {
    // A proxy may answer with a page of its own; the status says enough then.
  }
  const payload = body.data?.attachmentUpload;
  const failure =
    failureOfFaults(body.errors) ?? failureOfStatus(status) ?? failureOfUserErrors(payload?.userErrors);
  if (failure) throw failure;
  if (!payload?.attachment) throw new Failure("network", "the answer is incomplete");
  return payload.attachment;
}
