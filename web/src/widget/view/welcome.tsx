// What a citizen reads before the first word: who answers, and what happens to what they write.

import type { Ui } from "./ui";

export function Welcome({ ui }: { ui: Ui }) {
  return (
    <div class="message yana welcome">
      <div class="head"><span class="who">Яна</span></div>
      <div class="bubble">
        <p>
          Здравствуйте! Я Яна, виртуальный помощник контактного центра в социальной сфере. Отвечаю на вопросы
          о пенсиях, пособиях, инвалидности, труде и мерах поддержки. Если не смогу помочь – позову специалиста.
        </p>
        <details>
          <summary>О персональных данных</summary>
          <p>
            Переписка сохраняется, чтобы ответить на обращение и проверить качество ответа; её видят только Яна
            и специалисты центра. Для общих вопросов имя и документы не нужны. Не присылайте номера паспорта, СНИЛС
            и банковских карт, если специалист о них не спросил.
            {ui.privacyUrl && (
              <> <a href={ui.privacyUrl} target="_blank" rel="noopener noreferrer">Политика обработки данных</a></>
            )}
          </p>
        </details>
      </div>
    </div>
  );
}
