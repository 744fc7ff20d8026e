// Bars between header and messages: no connection, place in the queue, something went wrong.

import { useEffect, useState } from "preact/hooks";
import { isWaiting } from "../dialogue/state";
import type { Ui } from "./ui";
import { queueWords } from "./words";

const OFFLINE = "Нет связи. Сообщения сохранены и уйдут, как только связь вернётся.";
const BUSY = "Сейчас слишком много обращений. Сообщение сохранено и уйдёт чуть позже.";

/** A loss shorter than this is not worth a word. */
const PATIENCE_MS = 1_500;

export function Banners({ ui }: { ui: Ui }) {
  const { view } = ui.chat;
  const { interaction } = view.dialogue;
  const offline = useOffline(ui);
  return (
    <div class="banners">
      <div role="status" class="live">
        {offline && (
          <div class="banner warning">
            <span>{view.status !== "lost" && ui.chat.outbox.trouble?.kind === "busy" ? BUSY : OFFLINE}</span>
            <button type="button" class="small" onClick={() => ui.chat.reconnect()}>Повторить сейчас</button>
          </div>
        )}
        {isWaiting(interaction) && <div class="banner queue">{queueWords(interaction!)}</div>}
      </div>
      <div role="alert" class="live">
        {view.notice && (
          <div class="banner error">
            <span>{view.notice}</span>
            <button type="button" class="small"
              onClick={() => { ui.chat.dismissNotice(); ui.focusComposer(); }}>Понятно</button>
          </div>
        )}
      </div>
    </div>
  );
}

/** Whether the connection has been away for a while, or a message could not be sent for want of it. */
function useOffline(ui: Ui): boolean {
  const { status } = ui.chat.view;
  const troubled = status === "lost" || ui.chat.outbox.trouble !== null;
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!troubled) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [troubled]);
  return shown && troubled;
}
