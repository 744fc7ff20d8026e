// The end of a dialogue: the question whether to end it, the rating, and what can be done afterwards.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { keepFocus } from "./focus";
import { StarIcon } from "./icons";
import type { Ui } from "./ui";

export function EndQuestion({ ui, done }: { ui: Ui; done(): void }) {
  const box = useRef<HTMLDivElement>(null);
  const stay = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => stay.current!.focus(), []);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      done();
    }
    keepFocus(event, box.current!);
  };
  const end = () => void ui.chat.end().then(done);
  return (
    <div class="veil">
      <div class="question" ref={box} role="alertdialog" aria-modal="true" aria-labelledby="end-title"
        aria-describedby="end-text" onKeyDown={pressed}>
        <h3 id="end-title">Завершить диалог?</h3>
        <p id="end-text">Продолжить его потом будет нельзя, но можно начать новый.</p>
        <div class="buttons">
          <button type="button" class="plain" ref={stay} onClick={done}>Продолжить диалог</button>
          <button type="button" class="primary" aria-disabled={ui.chat.view.busy === "ending"} onClick={end}>Завершить</button>
        </div>
      </div>
    </div>
  );
}

export function Ending({ ui }: { ui: Ui }) {
  const rated = ui.chat.view.dialogue.interaction?.rating != null;
  const heading = useRef<HTMLParagraphElement>(null);
  const startOver = () => {
    ui.chat.startOver();
    ui.focusComposer();
  };
  useEffect(() => { if (rated) heading.current!.focus(); }, [rated]);
  return (
    <div class="ending">
      <p class="over" ref={heading} tabIndex={-1} role="status">
        {rated ? "Спасибо за оценку! Диалог завершён." : "Диалог завершён."}
      </p>
      {!rated && <Rating ui={ui} />}
      <button type="button" class={rated ? "primary" : "plain"} onClick={startOver}>Начать новый диалог</button>
    </div>
  );
}

/** The centre asks for a rating while the dialogue may still go on. */
export function RatingRequest({ ui }: { ui: Ui }) {
  const rated = ui.chat.view.dialogue.interaction?.rating != null;
  return (
    <div class="ending">
      {rated ? <p class="over" role="status">Спасибо за оценку!</p> : <Rating ui={ui} />}
    </div>
  );
}

const MARKS = ["очень плохо", "плохо", "удовлетворительно", "хорошо", "отлично"];

export function Rating({ ui }: { ui: Ui }) {
  const [mark, setMark] = useState(0);
  const [comment, setComment] = useState("");
  const [missing, setMissing] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    setMissing(mark === 0);
    if (mark > 0) void ui.chat.rate(mark, comment);
  };
  return (
    <form class="rating" onSubmit={submit} noValidate>
      <fieldset>
        <legend>Оцените помощь</legend>
        <div class="stars">
          {MARKS.map((words, i) => (
            <label key={words} class={i < mark ? "star on" : "star"} title={words}>
              <input type="radio" name="mark" value={i + 1} checked={mark === i + 1}
                onChange={() => { setMark(i + 1); setMissing(false); }} />
              <StarIcon /><span class="hidden">{i + 1} – {words}</span>
            </label>
          ))}
          <span class="mark" aria-hidden="true">{MARKS[mark - 1] ?? ""}</span>
        </div>
      </fieldset>
      {missing && <p class="problem" role="alert">Выберите оценку от 1 до 5.</p>}
      <label class="comment">
        Комментарий, если хотите
        <textarea rows={2} maxLength={2000} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" aria-disabled={ui.chat.view.busy === "rating"}>Отправить оценку</button>
    </form>
  );
}
