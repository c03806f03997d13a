// Which dialog and which sheet is open. One dialog at a time; only a short question may stand on top of one. What a name
// means is listed in rooms.ts.
import { enter } from "../frame/areas";
import type { DialogName, SheetName } from "../rooms";

export interface Question {
  title: string;
  text?: string;
  /** The word on the button that does what the title says. */
  action: string;
  /** The word on the safe button; "Cancel" when absent. */
  stay?: string;
  /** Red is the public: only for what viewers notice. */
  public?: boolean;
  option?: { label: string; on: boolean };
  /** A line to be written. */
  line?: { label: string; value: string; most?: number };
}
export interface Answer {
  yes: boolean;
  option: boolean;
  /** What was written in the line. */
  line?: string;
}
type Props = Record<string, unknown>;

class Dialogs {
  current = $state.raw<{ name: DialogName; props: Props } | null>(null);
  sheet = $state.raw<{ name: SheetName; props: Props } | null>(null);
  question = $state.raw<(Question & { answer: (answer: Answer) => void }) | null>(null);
  #back: HTMLElement | null = null;
  #backOfSheet: HTMLElement | null = null;

  open(name: DialogName, props: Props = {}): void {
    this.#remember();
    this.current = { name, props };
  }
  close(): void {
    this.current = null;
    this.#giveFocusBack();
  }
  openSheet(name: SheetName, props: Props = {}): void {
    if (!this.sheet && document.activeElement instanceof HTMLElement) this.#backOfSheet = document.activeElement;
    this.sheet = { name, props };
  }
  closeSheet(): void {
    this.sheet = null;
    const to = this.#backOfSheet;
    this.#backOfSheet = null;
    focusAgain(to);
  }
  /** Asks; resolves with what was chosen. Only for what affects the public or can't be undone. */
  ask(question: Question): Promise<Answer> {
    this.question?.answer({ yes: false, option: false });
    if (!this.current) this.#remember();
    return new Promise((resolve) => {
      this.question = {
        ...question,
        answer: (answer) => {
          this.question = null;
          if (!this.current) this.#giveFocusBack();
          resolve(answer);
        },
      };
    });
  }
  /** Esc: closes the topmost. Says whether there was one. */
  escape(): boolean {
    if (this.question) this.question.answer({ yes: false, option: false });
    else if (this.current) this.close();
    else if (this.sheet) this.closeSheet();
    else return false;
    return true;
  }

  #remember(): void {
    if (!this.#back && document.activeElement instanceof HTMLElement) this.#back = document.activeElement;
  }
  #giveFocusBack(): void {
    const to = this.#back;
    this.#back = null;
    focusAgain(to);
  }
}

/** Gives the focus back to where it was; to the area on show when that is gone, so that it is never lost. */
function focusAgain(to: HTMLElement | null): void {
  // The rest of the window is inert until the dialog is gone.
  requestAnimationFrame(() => {
    to?.focus({ preventScroll: true });
    if (document.activeElement && document.activeElement !== document.body) return;
    enter(document.querySelector<HTMLElement>("[data-area=scenes],[data-area=simple],[data-area=programme],[data-area=top]"));
  });
}

export const dialogs = new Dialogs();
